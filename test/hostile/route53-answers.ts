import fc from 'fast-check';
import type { WireAnswer } from '../support/http-server.ts';
import { address, endless, NAME, text } from './texts.ts';

/** In XML 1.1 and in what lenient parsers take, every character may stand by its number. */
const xml = (value: string) =>
  value.replace(/[^ -~]|[<>&"]/gsu, (each) => `&#x${each.codePointAt(0)?.toString(16)};`);
const tag = (name: string, ...content: readonly string[]) => `<${name}>${content.join('')}</${name}>`;

/** A record set as somebody may have written it, or as nobody could. */
const recordSet = fc
  .record({
    name: fc.oneof(
      { weight: 6, arbitrary: fc.constant(`${NAME}.`) },
      { weight: 1, arbitrary: text },
      { weight: 1, arbitrary: fc.constant('_consul-route53-updater.corp.internal.') },
    ),
    type: fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom('A', 'AAAA', 'TXT', 'CNAME') },
      { weight: 1, arbitrary: text },
    ),
    identifier: fc.option(
      fc.oneof(
        address.map((each) => `consul/rdsproxy/${each}`),
        fc.constantFrom('consul-route53-updater', 'consul/other/10.0.1.1'),
        text,
      ),
    ),
    values: fc.array(
      fc.oneof(
        address,
        fc.constantFrom('"heritage=consul-route53-updater,owner=consul-route53-updater,service=rdsproxy"'),
        text,
      ),
      { maxLength: 4 },
    ),
    ttl: fc.option(fc.oneof(fc.constantFrom('5', '60', '-1', 'NaN', '1e99', '')), { freq: 8 }),
    extra: fc.constantFrom(
      '',
      '',
      '',
      tag('Weight', '1'),
      tag('HealthCheckId', '&#x9b;2J'),
      tag('AliasTarget', tag('DNSName', 'x')),
    ),
  })
  .map(({ name, type, identifier, values, ttl, extra }) =>
    tag(
      'ResourceRecordSet',
      tag('Name', xml(name)),
      tag('Type', xml(type)),
      ...(identifier === null
        ? []
        : [tag('SetIdentifier', xml(identifier)), tag('MultiValueAnswer', 'true')]),
      ...(ttl === null ? [] : [tag('TTL', ttl)]),
      tag('ResourceRecords', ...values.map((value) => tag('ResourceRecord', tag('Value', xml(value))))),
      extra,
    ),
  );

const next = fc.constantFrom(
  tag('IsTruncated', 'false'),
  tag('IsTruncated', 'false'),
  tag('IsTruncated', 'false'),
  tag('IsTruncated', 'perhaps'),
  tag('IsTruncated', 'true') + tag('NextRecordName', `${NAME}.`) + tag('NextRecordType', 'A'),
  tag('IsTruncated', 'true') + tag('NextRecordName', '\\057&#x202e;'),
);

const failure = fc
  .record({
    status: fc.constantFrom(400, 403, 404, 500, 503),
    code: fc.oneof(
      fc.constantFrom(
        'Throttling',
        'AccessDenied',
        'NoSuchHostedZone',
        'InvalidInput',
        'PriorRequestNotComplete',
      ),
      text,
    ),
    message: text,
    batch: fc.boolean(),
  })
  .map(({ status, code, message, batch }) => ({
    status,
    body: batch
      ? tag(
          'InvalidChangeBatch',
          tag('Messages', tag('Message', xml(message))),
          tag('RequestId', xml(message)),
        )
      : tag(
          'ErrorResponse',
          tag('Error', tag('Code', xml(code)), tag('Message', xml(message))),
          tag('RequestId', xml(code)),
        ),
  }));

/** Each of these where the answer in question does not matter more than that. */
const broken = fc.oneof(
  { weight: 4, arbitrary: failure },
  { weight: 1, arbitrary: text.map((body) => ({ body })) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('<a/>', '<a>', '&lt;')
      .map((piece) => ({ pieces: endless(piece.repeat(20_000)) })),
  },
);
const orBroken = (body: fc.Arbitrary<string>, weight: number): fc.Arbitrary<WireAnswer> =>
  fc.oneof({ weight, arbitrary: body.map((each) => ({ body: each })) }, { weight: 1, arbitrary: broken });

export interface Route53Answers {
  readonly zone: WireAnswer;
  readonly list: WireAnswer;
  readonly change: WireAnswer;
}

export const route53Answers: fc.Arbitrary<Route53Answers> = fc.record({
  zone: orBroken(
    fc
      .oneof({ weight: 6, arbitrary: fc.constant('corp.internal.') }, { weight: 1, arbitrary: text })
      .map((name) =>
        tag(
          'GetHostedZoneResponse',
          tag(
            'HostedZone',
            tag('Id', 'Z1'),
            tag('Name', xml(name)),
            tag('Config', tag('PrivateZone', 'true')),
          ),
        ),
      ),
    12,
  ),
  list: orBroken(
    fc
      .tuple(fc.array(recordSet, { maxLength: 6 }), next)
      .map(([sets, rest]) =>
        tag(
          'ListResourceRecordSetsResponse',
          tag('ResourceRecordSets', ...sets),
          rest,
          tag('MaxItems', '300'),
        ),
      ),
    8,
  ),
  change: orBroken(
    fc.constant(
      tag(
        'ChangeResourceRecordSetsResponse',
        tag(
          'ChangeInfo',
          tag('Id', 'C1'),
          tag('Status', 'PENDING'),
          tag('SubmittedAt', '2026-01-01T00:00:00Z'),
        ),
      ),
    ),
    4,
  ),
});
