import { lookup } from 'node:dns/promises';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import { type AnswerLimit, answerLimit } from '../../consul/answer-limit.ts';
import { decodedBody, redactedHeaders } from '../../consul/body.ts';
import type { TlsTexts } from '../../consul/endpoint.ts';
import { tokenSecret } from '../../consul/redact.ts';
import { defined } from '../../domain/defined.ts';
import type { ConsulProbe, DatedAnswer } from '../probes.ts';

const DAY = 86_400_000;

/**
 * One address of Consul over Node's own sockets, since an HTTP client does not tell at which step it failed.
 *
 * @param now milliseconds since 1970.
 * @param limit of the answers; those of all addresses are counted together.
 */
export function consulProbe(
  origin: string,
  texts: TlsTexts,
  now: () => number,
  limit: AnswerLimit = answerLimit(),
): ConsulProbe {
  const url = new URL(origin);
  const secure = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = Number(url.port || (secure ? 443 : 80));
  const { ca, cert, key, serverName } = texts;
  const servername = serverName ?? (net.isIP(host) === 0 ? host : undefined);
  const tlsOptions = { ...defined({ ca, cert, key, servername }), rejectUnauthorized: true };

  return {
    origin,
    host,
    secure,
    async resolve() {
      return (await lookup(host, { all: true })).map(({ address }) => address);
    },
    async connect(addresses, signal) {
      const sockets = addresses.map((address) => net.connect({ host: address, port }));
      await firstOf(sockets, 'connect', signal);
    },
    async handshake(signal) {
      const socket = tls.connect({ host, port, ...tlsOptions });
      let expiry = Number.NaN;
      socket.once('secureConnect', () => {
        expiry = Date.parse(socket.getPeerCertificate().valid_to);
      });
      await firstOf([socket], 'secureConnect', signal);
      return Math.floor((expiry - now()) / DAY);
    },
    get: (path, signal, token) =>
      new Promise<DatedAnswer>((resolve, reject) => {
        const options = {
          host,
          port,
          path,
          headers: token === undefined ? {} : { 'x-consul-token': token },
          signal,
          agent: false,
          ...(secure && tlsOptions),
        };
        const sent = tokenSecret(token);
        const request = (secure ? https : http).request(options, (response) => {
          const chunks: Buffer[] = [];
          const incoming = limit.open((error) => {
            reject(error);
            request.destroy();
          });
          response.on('data', (chunk: Buffer) => {
            chunks.push(chunk);
            incoming.add(chunk);
          });
          response.once('end', () => {
            const skew = Date.parse(response.headers.date ?? '') - now();
            resolve({
              status: response.statusCode ?? 0,
              headers: redactedHeaders(response.headers, sent),
              body: decodedBody(Buffer.concat(chunks), sent),
              ...(Number.isFinite(skew) && { skew }),
            });
          });
          response.once('error', reject);
          response.once('close', incoming.end);
        });
        request.once('error', reject);
        request.end();
      }),
  };
}

/** Resolves at the first event of one of the sockets, and closes all of them, whatever happens. */
async function firstOf(sockets: readonly net.Socket[], event: string, signal: AbortSignal): Promise<void> {
  const close = () => {
    for (const socket of sockets) socket.destroy();
  };
  signal.addEventListener('abort', close, { once: true });
  try {
    await Promise.any(
      sockets.map(
        (socket) =>
          new Promise<void>((resolve, reject) => {
            socket.once(event, () => resolve());
            // The listener stays after the first event: an error without a listener ends the process.
            socket.on('error', reject);
            socket.once('close', () => reject(new Error('closed')));
          }),
      ),
    );
  } finally {
    signal.removeEventListener('abort', close);
    close();
  }
}
