import { XMLBuilder } from 'fast-xml-parser';

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

/** Elements in their order: an object nests, a string is the text. */
export type Content = { readonly [name: string]: Content | string };

const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: '@' });

/** The XML text of a success. */
export function buildAnswer(operation: string, result: Content, requestId: string): string {
  return build(`${operation}Response`, {
    [`${operation}Result`]: result,
    ResponseMetadata: { RequestId: requestId },
  });
}

/** The XML text of an error. */
export function buildError(status: number, code: string, message: string, requestId: string): string {
  const type = status < 500 ? 'Sender' : 'Receiver';
  return build('ErrorResponse', {
    Error: { Type: type, Code: code, Message: message },
    RequestId: requestId,
  });
}

function build(root: string, content: Content): string {
  return builder.build({ [root]: { '@xmlns': NAMESPACE, ...content } });
}
