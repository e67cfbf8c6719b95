import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RecordSet, type Route53Server, startRoute53 } from '../../emulators/route53/server.ts';
import { route53Client } from '../../src/route53/client.ts';
import { route53RecordStore } from '../../src/route53/record-store.ts';
import { multivalueSet } from '../support/records.ts';
import { Facts } from './facts.ts';
import { expectedRecord, NAME } from './oracle.ts';
import { World } from './world.ts';

const facts = new Facts({ routing: 'multivalue', minHealthy: 2, onConflict: 'refuse' });
const multivalue = (address: string, setIdentifier = `consul/rdsproxy/${address}`): RecordSet => ({
  ...{ name: NAME, type: 'A', ttl: 5, values: [address] },
  ...{ setIdentifier, multiValueAnswer: true },
});

let route53: Route53Server;
let world: World;
beforeEach(async () => {
  route53 = await startRoute53();
  world = await World.start(facts, route53);
  world.writeAsSomebodyElse([
    { action: 'UPSERT', recordSet: multivalue('10.0.0.1') },
    { action: 'UPSERT', recordSet: multivalue('10.9.9.9', 'terraform') },
  ]);
});
afterEach(async () => {
  await world.close();
  await route53.close();
});

/** What a function would do that keeps no rule. */
async function send(action: 'UPSERT' | 'DELETE', set: RecordSet): Promise<void> {
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
  const store = route53RecordStore(route53Client({ endpoint: route53.url, credentials }), world.zone.id);
  const change = {
    action,
    set: { ...multivalueSet(set.values[0] ?? ''), setIdentifier: set.setIdentifier } as never,
    message: '',
  };
  await store.apply([change], AbortSignal.timeout(30_000));
}

describe('the model notices', () => {
  it.each<[string, 'UPSERT' | 'DELETE', RecordSet, RegExp]>([
    ['an emptied record', 'DELETE', multivalue('10.0.0.1'), /our record was emptied/],
    [
      'an address that was never healthy',
      'UPSERT',
      multivalue('10.0.0.2'),
      /10\.0\.0\.2 was published, but never/,
    ],
  ])('%s', async (_, action, set, complaint) => {
    expect(() => world.verify()).not.toThrow();
    await send(action, set);
    expect(() => world.verify()).toThrow(complaint);
  });

  it("somebody else's set that was touched", async () => {
    await send('DELETE', multivalue('10.9.9.9', 'terraform'));
    expect(() => world.verify()).toThrow(/somebody else's set was touched/);
  });
});

describe('the oracle', () => {
  const node = 'consul-1';
  const own = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.9.1'];

  it.each<[string, readonly string[], readonly string[], string | readonly string[]]>([
    ['publishes what is healthy', ['10.0.0.1', '10.0.0.2'], [], ['10.0.0.1', '10.0.0.2']],
    ['publishes a healthy one below the minimum', ['10.0.0.1'], ['10.0.0.2'], ['10.0.0.1']],
  ])('%s', (_, healthy, failing, expected) => {
    const seen = new Facts(facts.setting);
    for (const address of healthy) seen.set({ node, id: address, address, status: 'passing' });
    for (const address of failing) seen.set({ node, id: address, address, status: 'warning' });
    const outcome = expectedRecord(seen, []);
    expect('kept' in outcome ? outcome.kept : [...outcome.addresses]).toEqual(expected);
  });

  it('believes a failing check, but not that most have vanished', () => {
    const seen = new Facts(facts.setting);
    for (const address of own.slice(0, 2)) seen.set({ node, id: address, address, status: 'passing' });
    const zone = own.map((address) => multivalue(address));
    expect(expectedRecord(seen, zone)).toMatchObject({ addresses: new Set(own), held: 'vanished' });
    for (const address of own.slice(2, 4)) seen.set({ node, id: address, address, status: 'critical' });
    expect(expectedRecord(seen, zone)).toMatchObject({ addresses: new Set(own.slice(0, 2)) });
  });
});
