import { type Answer, decode, encode, type OptAnswer } from 'dns-packet';
import type { DnsQuestion } from './lookup.ts';

/** Response codes by name (RFC 1035, section 4.1.1; BADVERS: RFC 6891). */
export const rcodes = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  BADVERS: 16,
} as const;
export type Rcode = keyof typeof rcodes;

/** A query, as far as a response needs it. */
export interface Query {
  /** The first twelve octets. */
  header: { id: number; flags: number };
  /** Undefined when there is something wrong with the query, which `error` then says. */
  question: (DnsQuestion & { class: string; octets: Buffer }) | undefined;
  error: 'FORMERR' | 'NOTIMP' | 'BADVERS' | undefined;
  /** The UDP payload size that the client takes, or undefined without EDNS(0). */
  payloadSize: number | undefined;
}

const response = 0x8000;
const opcodeMask = 0x7800;
const authoritative = 0x0400;
const truncated = 0x0200;
const recursionDesired = 0x0100;
const headerLength = 12;
/** What this server takes and sends over UDP; larger answers go over TCP. */
const ownPayloadSize = 4_096;

/**
 * Reads a query.
 *
 * @returns undefined for what deserves no response: fewer octets than a header, or a response (two servers would
 *   answer each other for ever).
 */
export function readQuery(octets: Buffer): Query | undefined {
  if (octets.length < headerLength) return undefined;
  const header = { id: octets.readUInt16BE(0), flags: octets.readUInt16BE(2) };
  if (header.flags & response) return undefined;
  const broken = (error: Query['error']) => ({ header, question: undefined, error, payloadSize: undefined });
  if (header.flags & opcodeMask) return broken('NOTIMP');
  if (octets.readUInt16BE(4) !== 1) return broken('FORMERR');
  try {
    const { questions: [asked] = [], additionals = [] } = decode(octets);
    const { name, end } = readName(octets);
    const options = additionals.filter((record): record is OptAnswer => record.type === 'OPT');
    if (!asked || options.length > 1) return broken('FORMERR');
    const [option] = options;
    const question = {
      name,
      type: String(asked.type),
      class: String(asked.class),
      octets: octets.subarray(headerLength, end + 4),
    };
    const error = option && option.ednsVersion > 0 ? 'BADVERS' : undefined;
    return { header, question, error, payloadSize: option?.udpPayloadSize };
  } catch {
    return broken('FORMERR');
  }
}

/** The question's name in lower case. A dot inside a label is escaped in Route 53's manner, so that it is no separator. */
function readName(octets: Buffer): { name: string; end: number } {
  const labels: string[] = [];
  let at = headerLength;
  for (;;) {
    const length = octets.readUInt8(at);
    // Nothing precedes the first name that a compression pointer could mean.
    if (length > 63) throw new RangeError('a pointer in the question');
    at += 1 + length;
    if (length === 0) return { name: labels.join('.'), end: at };
    labels.push(
      octets
        .toString('latin1', at - length, at)
        .toLowerCase()
        .replaceAll('.', '\\056'),
    );
  }
}

/**
 * Writes a response. The question goes back octet by octet, so that its case is kept; names equal to the question's
 * are compressed, so that sizes are those of a usual server.
 *
 * @param limit the largest size in octets. A larger response loses its records and says so with the TC bit, for the
 *   client to ask again over TCP.
 */
export function writeResponse(
  query: Query,
  result: { rcode: Rcode; answers?: readonly Answer[]; authorities?: readonly Answer[] },
  limit: number,
): Buffer {
  const { header, question, payloadSize } = query;
  const { rcode, answers = [], authorities = [] } = result;
  const own = question?.octets ?? Buffer.alloc(0);
  const option = payloadSize === undefined ? [] : [writeOption(rcodes[rcode] >> 4)];
  const write = (record: Answer) => writeRecord(record, question?.name);
  const flags = response | (header.flags & (opcodeMask | recursionDesired)) | (rcodes[rcode] & 0xf);
  const known = rcode === 'NOERROR' || rcode === 'NXDOMAIN' ? authoritative : 0;
  const counts = [question ? 1 : 0, answers.length, authorities.length, option.length];
  const full = [own, ...answers.map(write), ...authorities.map(write), ...option];
  const size = full.reduce((sum, part) => sum + part.length, headerLength);
  if (size <= limit) return Buffer.concat([writeHeader(header.id, flags | known, counts), ...full]);
  const short = writeHeader(header.id, flags | known | truncated, [question ? 1 : 0, 0, 0, option.length]);
  return Buffer.concat([short, own, ...option]);
}

/** The largest response that a query's client takes over UDP (RFC 6891, section 6.2.3). */
export function udpLimit(query: Query): number {
  return Math.min(Math.max(query.payloadSize ?? 512, 512), ownPayloadSize);
}

function writeHeader(id: number, flags: number, counts: number[]): Buffer {
  const header = Buffer.alloc(headerLength);
  for (const [index, value] of [id, flags, ...counts].entries()) header.writeUInt16BE(value, index * 2);
  return header;
}

function writeRecord(record: Answer, questionName: string | undefined): Buffer {
  // Encoded with the root as its name, which is one octet, and then given its own.
  const body = encode({ answers: [{ ...record, name: '.' }] }).subarray(headerLength + 1);
  const name =
    record.name === questionName
      ? Buffer.from([0xc0, headerLength])
      : encode({ questions: [{ name: record.name, type: 'A' }] }).subarray(headerLength, -4);
  return Buffer.concat([name, body]);
}

function writeOption(extendedRcode: number): Buffer {
  const option = { name: '.', type: 'OPT' as const, udpPayloadSize: ownPayloadSize, extendedRcode };
  const rest = { ednsVersion: 0, flags: 0, flag_do: false, options: [] };
  return encode({ additionals: [{ ...option, ...rest }] }).subarray(headerLength);
}
