import { isIPv6 } from 'node:net';
import type { RecordType } from './model.ts';
import { fatal, parseName } from './names.ts';

const OCTET = '(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
// No leading zeros: some readers take 010 for eight.
const IPV4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);

/**
 * What is wrong with a value of a record, in Route 53's words; `undefined` if nothing is.
 *
 * Checked to the letter for addresses, by shape for the commoner other types, and for being there at all for
 * the rest.
 * @see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html
 */
export function valueProblem(type: RecordType, value: string): string | undefined {
  const problem = problemOf(type, value);
  return problem && `Invalid Resource Record: '${problem}'`;
}

function problemOf(type: RecordType, value: string): string | undefined {
  switch (type) {
    case 'A':
      if (value.trim().includes(' ')) return fatal('ARRDATANotSingleField', 'Value contains spaces', value);
      return IPV4.test(value)
        ? undefined
        : fatal('ARRDATAIllegalIPv4Address', 'Value is not a valid IPv4 address', value);
    case 'AAAA':
      // A zone index is an address of one machine, not of a record.
      return isIPv6(value) && !value.includes('%')
        ? undefined
        : fatal('AAAARRDATAIllegalIPv6Address', 'Value is not a valid IPv6 address', value);
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return parseName(value).problem;
    case 'MX':
      return fieldsProblem(value, /^[0-9]{1,5} (\S+)$/, 'MXRRDATANotTwoFields', 'two fields');
    case 'SRV':
      return fieldsProblem(
        value,
        /^[0-9]{1,5} [0-9]{1,5} [0-9]{1,5} (\S+)$/,
        'SRVRRDATANotFourFields',
        'four fields',
      );
    case 'TXT':
    case 'SPF':
      return textProblem(value);
    default:
      return value.trim() === '' ? fatal('InvalidRRDATA', 'Value is empty', value) : undefined;
  }
}

function fieldsProblem(value: string, shape: RegExp, code: string, fields: string): string | undefined {
  const name = shape.exec(value)?.[1];
  return name === undefined ? fatal(code, `Value does not have ${fields}`, value) : parseName(name).problem;
}

function textProblem(value: string): string | undefined {
  const strings = /^"(?:[^"\\]|\\.)*"(?:\s+"(?:[^"\\]|\\.)*")*$/;
  if (!strings.test(value)) {
    return fatal(
      'InvalidCharacterString',
      "Value should be enclosed in quotation marks and escape any in it with '\\'",
      value,
    );
  }
  const tooLong = (value.match(/"(?:[^"\\]|\\.)*"/g) ?? []).some((each) => each.length - 2 > 255);
  return tooLong ? fatal('CharacterStringTooLong', 'Value is too long', value) : undefined;
}
