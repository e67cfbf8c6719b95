import { isIP } from 'node:net';
import type { Answer } from 'dns-packet';
import { plainName } from './lookup.ts';

/**
 * Makes a DNS record of a Route 53 value, which has the form of a zone file.
 *
 * @param ttl seconds.
 * @throws Error for a type or value that cannot be written to the wire.
 */
export function toRecord(name: string, type: string, ttl: number, value: string): Answer {
  switch (type) {
    case 'A':
    case 'AAAA':
      // dns-packet would write something else rather than complain.
      if (isIP(value) !== (type === 'A' ? 4 : 6)) throw new Error(`no address of type ${type}: ${value}`);
      return { name, type, ttl, data: value };
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return { name, type, ttl, data: plainName(value) };
    case 'TXT':
      return { name, type, ttl, data: texts(value) };
    case 'MX': {
      const [preference, exchange] = fields(value, 2);
      return { name, type, ttl, data: { preference: Number(preference), exchange: plainName(exchange) } };
    }
    case 'SRV': {
      const [priority, weight, port, target] = fields(value, 4);
      const numbers = { priority: Number(priority), weight: Number(weight), port: Number(port) };
      return { name, type, ttl, data: { ...numbers, target: plainName(target) } };
    }
    case 'SOA': {
      const [mname, rname, serial, refresh, retry, expire, minimum] = fields(value, 7);
      const times = { refresh: Number(refresh), retry: Number(retry), expire: Number(expire) };
      const data = { mname: plainName(mname), rname: plainName(rname), serial: Number(serial), ...times };
      return { name, type, ttl, data: { ...data, minimum: Number(minimum) } };
    }
    case 'CAA': {
      const [flags, tag, text] = fields(value, 3);
      if (tag !== 'issue' && tag !== 'issuewild' && tag !== 'iodef') throw new Error(`no CAA tag: ${tag}`);
      return { name, type, ttl, data: { flags: Number(flags), tag, value: text.replace(/^"(.*)"$/, '$1') } };
    }
    default:
      throw new Error(`records of type ${type} cannot be served`);
  }
}

type Texts<N extends number, T extends string[] = []> = T['length'] extends N ? T : Texts<N, [...T, string]>;

function fields<N extends number>(value: string, count: N): Texts<N> {
  const found = value.trim().split(/\s+/);
  if (found.length !== count) throw new Error(`${count} fields wanted: ${value}`);
  return found as Texts<N>;
}

/** The quoted strings of a TXT value, with `\"`, `\\` and octal `\ooo` as Route 53 writes them. */
function texts(value: string): Buffer[] {
  const quoted = [...value.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, inner = '']) => inner);
  if (quoted.length === 0) throw new Error(`no quoted text: ${value}`);
  return quoted.map((inner) =>
    Buffer.from(
      inner.replace(/\\([0-7]{3}|.)/g, (_all, code: string) =>
        code.length === 3 ? String.fromCharCode(Number.parseInt(code, 8)) : code,
      ),
      'latin1',
    ),
  );
}
