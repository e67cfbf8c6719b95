// The least that could do the function's work, and the floor of it: a blocking query over a bare socket, and at its answer
// one signed request to Route 53 over TLS, with nothing decided in between. The parent hears when each answer came.
import { createHash, createHmac } from 'node:crypto';
import { Agent, request } from 'node:https';
import { connect } from 'node:net';

const { CONSUL, ROUTE53, SERVICE, NAME, ZONE_ID } = process.env;
const agent = new Agent({ keepAlive: true });
const target = new URL(`/2013-04-01/hostedzone/${ZONE_ID}/rrset/`, ROUTE53);
const { hostname, port } = new URL(CONSUL);

const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const hmac = (key, text) => createHmac('sha256', key).update(text).digest();

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
function signed(body) {
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = `${time.slice(0, 8)}/us-east-1/route53/aws4_request`;
  const names = 'host;x-amz-date';
  const canonical = `POST\n${target.pathname}\n\nhost:${target.host}\nx-amz-date:${time}\n\n${names}\n${sha256(body)}`;
  const key = scope.split('/').reduce(hmac, `AWS4${process.env.AWS_SECRET_ACCESS_KEY}`);
  const signature = hmac(key, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(canonical)}`).toString('hex');
  return {
    host: target.host,
    'content-type': 'application/xml',
    'content-length': Buffer.byteLength(body),
    'x-amz-date': time,
    authorization: `AWS4-HMAC-SHA256 Credential=${process.env.AWS_ACCESS_KEY_ID}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
  };
}

let count = 0;
function write() {
  const body = `<?xml version="1.0"?><ChangeResourceRecordSetsRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><ChangeBatch><Changes><Change><Action>UPSERT</Action><ResourceRecordSet><Name>${NAME}</Name><Type>TXT</Type><TTL>5</TTL><ResourceRecords><ResourceRecord><Value>"${++count}"</Value></ResourceRecord></ResourceRecords></ResourceRecordSet></Change></Changes></ChangeBatch></ChangeResourceRecordSetsRequest>`;
  request(target, { method: 'POST', agent, headers: signed(body) }, (response) => {
    if (response.statusCode !== 200) throw new Error(`Route 53's stand-in answered ${response.statusCode}`);
    response.resume();
  })
    // While this process was stopped, the connection was closed: it is the first flip of a turn, which is not measured.
    .on('error', write)
    .end(body);
}

const consul = connect(Number(port), hostname).setNoDelay().setEncoding('utf8');
const ask = (index) =>
  consul.write(
    `GET /v1/health/service/${SERVICE}?index=${index}&wait=60s HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`,
  );
const isWhole = (text) => {
  const head = text.indexOf('\r\n\r\n');
  const [, length] = /^content-length: (\d+)/im.exec(text.slice(0, head)) ?? [];
  return (
    head > 0 &&
    (length ? Buffer.byteLength(text) >= head + 4 + Number(length) : text.endsWith('\r\n0\r\n\r\n'))
  );
};
let last = '0';
let text = '';
consul.on('data', (part) => {
  text += part;
  if (!isWhole(text)) return;
  const answered = Number(process.hrtime.bigint()) / 1e6;
  const [, index = '0'] = /^x-consul-index: (\d+)/im.exec(text) ?? [];
  const isNews = index !== last;
  [last, text] = [index, ''];
  if (isNews) write();
  ask(index);
  if (isNews) process.send({ answered });
});
ask('0');
process.on('disconnect', () => process.exit());
