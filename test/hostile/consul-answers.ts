import fc from 'fast-check';
import type { WireAnswer } from '../support/http-server.ts';
import { address, endless, text } from './texts.ts';

/** Mostly what belongs there, and now and then anything. */
const mostly = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 12, arbitrary }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) });

const check = fc.record({
  CheckID: mostly(fc.oneof(fc.constantFrom('haproxy', '_node_maintenance'), text)),
  Status: mostly(fc.oneof(fc.constantFrom('passing', 'passing', 'warning', 'critical'), text)),
  Output: text,
});
const entry = fc.record({
  Node: mostly(fc.record({ Node: mostly(text), Address: mostly(address) })),
  Service: mostly(
    fc.record({
      ID: mostly(text),
      Service: fc.oneof({ weight: 20, arbitrary: fc.constant('rdsproxy') }, { weight: 1, arbitrary: text }),
      Address: mostly(address),
    }),
  ),
  Checks: mostly(fc.array(check, { maxLength: 3 })),
});

const consulBody: fc.Arbitrary<WireAnswer> = fc.oneof(
  { weight: 20, arbitrary: fc.array(entry, { maxLength: 6 }).map((body) => ({ body })) },
  {
    weight: 3,
    arbitrary: fc
      .jsonValue()
      .map((body) => ({ body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })),
  },
  { weight: 3, arbitrary: text.map((body) => ({ body })) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('x', '[{},', '[', '{"a":', '"\\u0000', '漢', '[{"Checks":[{}],')
      .map((piece) => ({ pieces: endless(piece.repeat(20_000)) })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('{}', '[]', '""', '{"Node":{}}').map((value) => ({
      body: `[${`${value},`.repeat(70_000)}${value}]`,
      headers: { 'content-type': 'application/json' },
    })),
  },
);

/** What a header can carry: no more than Latin-1, without controls. */
const headerText = fc.oneof(
  fc.constantFrom('0', '7', '-1', 'true', 'false', 'streaming', 'deny', '', '1e999', '99999999999999999999'),
  fc.string({ unit: fc.constantFrom('a', '\u0085', '\u009b', '\u00ad', ';', '/'), maxLength: 300 }),
);

export const consulAnswer: fc.Arbitrary<WireAnswer> = fc
  .record({
    status: fc.oneof(
      { weight: 8, arbitrary: fc.constant(200) },
      { weight: 1, arbitrary: fc.constantFrom(201, 400, 403, 404, 429, 500) },
    ),
    answer: consulBody,
    headers: fc.oneof(
      { weight: 4, arbitrary: fc.constant({}) },
      {
        weight: 1,
        arbitrary: fc.dictionary(
          fc.constantFrom(
            'x-consul-index',
            'x-consul-knownleader',
            'x-consul-lastcontact',
            'x-consul-query-backend',
            'x-consul-default-acl-policy',
            'x-consul-results-filtered-by-acls',
            'content-type',
            'date',
          ),
          headerText,
          { maxKeys: 4 },
        ),
      },
    ),
  })
  .map(({ status, answer, headers }) => ({
    ...answer,
    status,
    headers: {
      'x-consul-index': '7',
      'x-consul-knownleader': 'true',
      'x-consul-lastcontact': '0',
      ...answer.headers,
      ...headers,
    },
  }));
