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
    case 'MX':
      return { name, type, ttl, data: fields(value, { preference: Number, exchange: plainName }) };
    case 'SRV': {
      const numbers = { priority: Number, weight: Number, port: Number };
      return { name, type, ttl, data: fields(value, { ...numbers, target: plainName }) };
    }
    case 'SOA': {
      const names = { mname: plainName, rname: plainName };
      const numbers = { serial: Number, refresh: Number, retry: Number, expire: Number, minimum: Number };
      return { name, type, ttl, data: fields(value, { ...names, ...numbers }) };
    }
    case 'CAA':
      return { name, type, ttl, data: fields(value, { flags: Number, tag: caaTag, value: unquoted }) };
    default:
      throw new Error(`records of type ${type} cannot be served`);
  }
}

/** The fields of a value by name, each read by the function of that name, in their order. */
function fields<R extends Record<string, (text: string) => unknown>>(value: string, readers: R) {
  const found = value.trim().split(/\s+/);
  const names = Object.keys(readers);
  if (found.length !== names.length) throw new Error(`${names.length} fields wanted: ${value}`);
  const read = names.map((name, index) => [name, readers[name]?.(found[index] ?? '')]);
  return Object.fromEntries(read) as { [K in keyof R]: ReturnType<R[K]> };
}

function caaTag(tag: string): 'issue' | 'issuewild' | 'iodef' {
  if (tag !== 'issue' && tag !== 'issuewild' && tag !== 'iodef') throw new Error(`no CAA tag: ${tag}`);
  return tag;
}

function unquoted(text: string): string {
  return text.replace(/^"(.*)"$/, '$1');
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
