import { XMLParser, XMLValidator } from 'fast-xml-parser';
import type { AwsApiError } from '../aws/api-error.ts';
import type { Dialect } from '../aws/xml.ts';
import { invalidInput, malformedInput } from './errors.ts';

/** The namespace of every document of this API version. */
const NAMESPACE = 'https://route53.amazonaws.com/doc/2013-04-01/';

export const ROUTE53: Dialect = { namespace: NAMESPACE, prolog: '<?xml version="1.0"?>\n' };

/** An element of a request: what it contains, in order. Text is kept as it was sent, with its blanks. */
export interface Element {
  readonly name: string;
  readonly children: readonly Element[];
  readonly text: string;
}

// Entities are decoded below: the parser limits how many it expands, and a batch of quoted TXT values is
// over that limit.
const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  processEntities: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
});

/**
 * Reads the body of a request.
 *
 * @param body the text of the body.
 * @param root the element the operation expects, for example `ChangeResourceRecordSetsRequest`.
 * @throws AwsApiError `MalformedInput` for what is not XML, has another root or another namespace.
 */
export function parseRequest(body: string, root: string): Element {
  if (XMLValidator.validate(body) !== true) {
    throw malformedInput(`Unable to parse the request body as XML, expected ${root}`);
  }
  const parsed: unknown = parser.parse(body);
  const node = Array.isArray(parsed) ? parsed.find((each) => tagOf(each) !== '#text') : undefined;
  const element = node === undefined ? undefined : toElement(node);
  if (element?.name !== root) {
    throw malformedInput(`${element?.name ?? 'The request body'} is not valid, expected ${root}`);
  }
  if (attributesOf(node)['xmlns'] !== NAMESPACE) {
    throw malformedInput(`${root} is not valid, expected the namespace ${NAMESPACE}`);
  }
  return element;
}

/**
 * The children of an element by name.
 *
 * Unlike the documentation, the service does not insist on an order: the SDK itself sends required elements first.
 *
 * @param known the names that may occur, each at most once.
 * @param required those that must.
 * @throws AwsApiError `InvalidInput` for an element that is unknown, occurs twice or is missing.
 */
export function childrenOf<Name extends string, Required extends Name = never>(
  element: Element,
  known: readonly Name[],
  required: readonly Required[] = [],
): Partial<Record<Name, Element>> & Record<Required, Element> {
  const found: Partial<Record<string, Element>> = {};
  for (const child of element.children) {
    if (!known.some((name) => name === child.name) || found[child.name] !== undefined) throw stray(child);
    found[child.name] = child;
  }
  const missing = required.find((name) => found[name] === undefined);
  if (missing !== undefined) {
    throw invalidInput(
      `Invalid XML ; cvc-complex-type.2.4.b: The content of element '${element.name}' is not complete. One of '{"${NAMESPACE}":${missing}}' is expected.`,
    );
  }
  return found as Partial<Record<Name, Element>> & Record<Required, Element>;
}

/** The elements of a list, which must all have one name. @throws AwsApiError `InvalidInput` for any other. */
export function itemsOf(list: Element, name: string): readonly Element[] {
  const stranger = list.children.find((child) => child.name !== name);
  if (stranger !== undefined) throw stray(stranger);
  return list.children;
}

function stray({ name }: Element): AwsApiError {
  return invalidInput(
    `Invalid XML ; cvc-complex-type.2.4.a: Invalid content was found starting with element '${name}'.`,
  );
}

function toElement(node: unknown): Element {
  const name = tagOf(node);
  const content = isRecord(node) && Array.isArray(node[name]) ? node[name] : [];
  const children = content.filter((each) => tagOf(each) !== '#text').map(toElement);
  const text = content
    .filter((each) => tagOf(each) === '#text')
    .map((each) => String(each['#text']))
    .join('');
  return { name, children, text: decodeEntities(text) };
}

function tagOf(node: unknown): string {
  return (isRecord(node) ? Object.keys(node).find((key) => key !== ':@') : undefined) ?? '#text';
}

function attributesOf(node: unknown): Record<string, unknown> {
  const attributes = isRecord(node) ? node[':@'] : undefined;
  return isRecord(attributes) ? attributes : {};
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decodeEntities(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-f]+)|#([0-9]+)|(amp|lt|gt|quot|apos));/gi,
    (whole, hex, decimal, name) => {
      if (name !== undefined) return NAMED[name] ?? whole;
      return String.fromCodePoint(hex !== undefined ? Number.parseInt(hex, 16) : Number(decimal));
    },
  );
}
