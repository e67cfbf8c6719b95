import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type RecordSet, type Route53Server, startRoute53 } from '../../emulators/route53/server.ts';
import type { RecordReport } from '../../src/report/run-report.ts';
import { context } from '../support/stack.ts';
import { Facts } from './facts.ts';
import { NAME, SERVICE } from './oracle.ts';
import { checkReport } from './truth.ts';
import { World } from './world.ts';

const own = (identifier: string, address: string): RecordSet => ({
  ...{ name: NAME, type: 'A', ttl: 5, values: [address] },
  ...{ setIdentifier: `consul/${SERVICE}/${identifier}`, multiValueAnswer: true },
});

let route53: Route53Server;
let world: World;
beforeAll(async () => {
  route53 = await startRoute53();
});
afterAll(() => route53.close());
beforeEach(async () => {
  world = await World.start(
    new Facts({ routing: 'multivalue', minHealthy: 1, onConflict: 'refuse' }),
    route53,
  );
  return () => world.close();
});

/** A run that can change nothing: it reports what it found. */
async function heldRun() {
  await world.setConsulFault({ kind: 'down' });
  const report = await world.handler('cold', 'patient')({}, context(4_900));
  return { report, seen: { accepted: 0, interfered: false } };
}

it('an address that stands in two of our sets is told of once', async () => {
  // A stranger's hand gave a second set the address of the first.
  for (const identifier of ['10.0.0.1', '10.0.0.2'])
    world.writeAsSomebodyElse([{ action: 'UPSERT', recordSet: own(identifier, '10.9.9.9') }]);
  const { report, seen } = await heldRun();
  expect(report.records.map(({ published }) => published)).toEqual([['10.9.9.9']]);
  expect(() => checkReport(world, report, seen)).not.toThrow();
});

it.each<[string, readonly string[]]>([
  ['leaves an address out', ['10.0.0.1']],
  ['names an address that is not there', ['10.0.0.1', '10.0.0.2', '10.0.0.3']],
  ['names an address twice', ['10.0.0.1', '10.0.0.1', '10.0.0.2']],
])('a report that %s is noticed', async (_, published) => {
  for (const address of ['10.0.0.1', '10.0.0.2'])
    world.writeAsSomebodyElse([{ action: 'UPSERT', recordSet: own(address, address) }]);
  const { report, seen } = await heldRun();
  const [line] = report.records;
  if (!line) throw new Error('nothing is reported');
  const untrue = { ...report, records: [{ ...line, published: published as RecordReport['published'] }] };
  expect(() => checkReport(world, untrue, seen)).toThrow(/the report says .* A addresses, the zone has/);
});
