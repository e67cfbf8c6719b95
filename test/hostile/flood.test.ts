import { expect, it, onTestFinished } from 'vitest';
import { startHttpServer } from '../support/http-server.ts';
import { type Route53Side, startRoute53Side } from '../support/stack.ts';
import { until } from '../support/until.ts';
import { startBuiltFunction } from './built-function.ts';

/** As many as fit in an answer, with names as long as a report has them. */
const STRANGERS = Array.from({ length: 300 }, (_, i) => ({
  Node: { Node: `${i}-${'漢'.repeat(400)}`, Address: `8.8.${i >> 8}.${i & 255}` },
  Service: { ID: `id-${i}`, Service: 'rdsproxy' },
  Checks: [{ CheckID: 'x'.repeat(400), Status: 'passing' }],
}));
const SOUND = {
  Node: { Node: 'node-1', Address: '10.0.0.1' },
  Service: { ID: 'rdsproxy', Service: 'rdsproxy', Address: '10.0.1.1' },
  Checks: [],
};
const HEADERS = {
  'content-type': 'application/json',
  'x-consul-knownleader': 'true',
  'x-consul-lastcontact': '0',
};
/** With one of them, and without; written out once, since each has half a megabyte. */
const ANSWERS = [0, 1].map((gone) => JSON.stringify([SOUND, ...STRANGERS.slice(gone)]));

it('300 strangers with long names, of which one comes and goes 20 times a second, fill neither memory nor log nor result', {
  timeout: 180_000,
}, async () => {
  const side: Route53Side = await startRoute53Side();
  onTestFinished(() => side.close());
  let flaps = 0;
  const consul = await startHttpServer(async ({ query }) => {
    // A blocking query is answered as soon as there are news: twenty times a second.
    if (query['index'] !== undefined) await new Promise((resolve) => setTimeout(resolve, 50));
    flaps++;
    return { body: ANSWERS[flaps % 2], headers: { ...HEADERS, 'x-consul-index': `${flaps + 1}` } };
  });
  const built = await startBuiltFunction({
    ROUTE53_URL: side.route53.url,
    CONSUL_HTTP_ADDR: consul.url,
    HOSTED_ZONE_ID: side.zone.id,
    RECORDS: JSON.stringify([{ service: 'rdsproxy', name: 'rdsproxy.corp.internal' }]),
    WATCH_SECONDS: '600',
  });
  onTestFinished(() => built.close());
  const ended = built.invoke({ event: {}, time: 600_000 });
  const passed = async (count: number) => {
    await until(() => flaps >= count, { what: `${count} flaps`, within: 60_000 });
    return await built.look();
  };
  const looks = [await passed(40), await passed(100), await passed(160)];
  built.end();
  const { report, resultBytes, ...last } = await ended;
  expect(report).toMatchObject({ outcome: 'changed', records: [{ reason: 'address-not-allowed' }] });
  expect(resultBytes).toBeLessThan(256_000);
  for (const { mostMemory } of [...looks, last]) expect(mostMemory).toBeLessThan(128_000_000);
  expect((looks[2]?.memory ?? 0) - (looks[0]?.memory ?? 0)).toBeLessThan(8_000_000);
  // Each line with all that it could tell would have 20 KB, and a minute 1,200 of them.
  expect([...looks, last].reduce((sum, { logBytes }) => sum + logBytes, 0)).toBeLessThan(1_000_000);
});
