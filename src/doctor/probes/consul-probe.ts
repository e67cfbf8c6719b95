import { lookup } from 'node:dns/promises';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import type { TlsTexts } from '../../consul/endpoint.ts';
import { redacted } from '../../consul/redact.ts';
import { defined } from '../../domain/defined.ts';
import type { ConsulProbe, DatedAnswer } from '../probes.ts';

/** A longer answer is cut: the rest of so long a catalog would change no finding. */
const MAX_BYTES = 8_000_000;

const DAY = 86_400_000;

/**
 * One address of Consul over Node's own sockets, since an HTTP client does not tell at which step it failed.
 *
 * @param now milliseconds since 1970.
 */
export function consulProbe(origin: string, texts: TlsTexts, now: () => number): ConsulProbe {
  const url = new URL(origin);
  const secure = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = Number(url.port || (secure ? 443 : 80));
  const { ca, cert, key, serverName } = texts;
  const servername = serverName ?? (net.isIP(host) === 0 ? host : undefined);
  const tlsOptions = defined({ ca, cert, key, servername });

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
        const request = (secure ? https : http).request(options, (response) => {
          const chunks: Buffer[] = [];
          let length = 0;
          const finish = () => {
            const skew = Date.parse(response.headers.date ?? '') - now();
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              body: redacted(decoded(Buffer.concat(chunks).toString('utf8')), token),
              ...(Number.isFinite(skew) && { skew }),
            });
          };
          response.on('data', (chunk: Buffer) => {
            chunks.push(chunk);
            length += chunk.length;
            if (length <= MAX_BYTES) return;
            finish();
            request.destroy();
          });
          response.once('end', finish);
          response.once('error', reject);
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

function decoded(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
