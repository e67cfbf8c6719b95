import { XMLBuilder } from 'fast-xml-parser';
import type { AwsApiError } from './api-error.ts';

/** A document as `fast-xml-parser` builds it: `undefined` is left out, an array repeats its element. */
export type Content = { readonly [name: string]: Content | readonly Content[] | Scalar | readonly Scalar[] };
type Scalar = string | number | boolean | undefined;

const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: '@' });

/** What the documents of an API have in common. */
export interface Dialect {
  readonly namespace: string;
  /** What comes before the root element. */
  readonly prolog: string;
}

/** The XML text of an answer. */
export function buildXml({ namespace, prolog }: Dialect, root: string, content: Content): string {
  return `${prolog}${builder.build({ [root]: { '@xmlns': namespace, ...content } })}`;
}

/** The XML text of an error. */
export function buildError(
  dialect: Dialect,
  { status, code, message }: AwsApiError,
  requestId: string,
): string {
  return buildXml(dialect, 'ErrorResponse', {
    Error: { Type: status < 500 ? 'Sender' : 'Receiver', Code: code, Message: message },
    RequestId: requestId,
  });
}
