// Many clients that ask Consul as consul-template does, each over a connection of its own, and do nothing with the answer.
// The parent hears how many answers with news there were so far.
import { Agent, get } from 'node:http';

const { CONSUL, SERVICE, CLIENTS } = process.env;
const agent = new Agent({ keepAlive: true });
const url = `${CONSUL}/v1/health/service/${SERVICE}?passing=1&stale=&wait=60000ms`;

let news = 0;
let waiting = 0;
let isTold = true;
function tell() {
  if (!isTold) return;
  isTold = false;
  setImmediate(() => {
    isTold = true;
    process.send({ news, waiting });
  });
}

function ask(index) {
  const query = index === undefined ? url : `${url}&index=${index}`;
  if (index !== undefined) waiting++;
  get(query, { agent, headers: { 'accept-encoding': 'gzip' } }, (response) => {
    if (response.statusCode !== 200) throw new Error(`Consul answered ${response.statusCode}`);
    const next = response.headers['x-consul-index'];
    response.resume().on('end', () => {
      if (index !== undefined) waiting--;
      if (index !== undefined && next !== index) news++;
      // Once its connection is free again.
      setImmediate(() => {
        ask(next);
        tell();
      });
    });
  });
}
for (let client = 0; client < Number(CLIENTS); client++) ask(undefined);
process.on('disconnect', () => process.exit());
