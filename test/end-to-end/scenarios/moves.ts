import { expect } from 'vitest';
import { until } from '../../support/until.ts';
import { type Client, EVERY, startClients } from '../client.ts';
import { DEADLINE } from '../deadline.ts';
import { operatorOf } from '../operator.ts';
import { migratePage } from '../page.ts';
import { RECORD, STAGE, TTL, type World } from '../world.ts';
import {
  addressesOf,
  answersSince,
  changesSince,
  experience,
  pair,
  resolvesTo,
  type Scenario,
} from './scenario.ts';

/** The commands of the page for somebody at a stage. */
function commands(name: string, stage = STAGE): string {
  const block = migratePage()[`operator=${name}`];
  if (block === undefined) throw new Error(`the page has no block operator=${name}`);
  return block.replaceAll(`--stage ${STAGE}`, `--stage ${stage}`);
}

export const namesLeave: Scenario = {
  number: '12',
  title: 'A record is renamed, one handed back, one moved to another zone',
  prepare: operatorOf,
  async run(world, from) {
    const operator = await operatorOf(world);
    const [first] = pair(world);
    const nodes = addressesOf(world.nodes);
    const names = ['mysql.corp.internal', 'reports.corp.internal', world.aws.elsewhere.name] as const;
    const [renamed, handed, moved] = names;
    const records = names.map((name) => ({ ...RECORD, name }));
    operator.write(STAGE, [RECORD, ...records]);
    await operator.run(`npx sls deploy --stage ${STAGE}`);
    const host = await world.network.host('late-client', '10.77.0.31');
    const clients = await startClients(world.parts, host, names, 5 * EVERY);
    const [late, given, staying] = clients;
    for (const client of clients) await settles(client, nodes);

    // Who is to have a name begins beside.
    operator.write('prod-shared', records.slice(2), world.aws.elsewhere.id);
    const shared = await operator.run(`
      npx sls deploy --stage prod-shared
      npm run status -- --stage prod-shared`);
    expect(shared).toContain(`published  ${nodes.join(', ')}\n`);
    await world.aws.associate();
    await world.aws.putBeside(handed, first.host.address, 'reports-team');

    operator.write(STAGE, [RECORD]);
    const told = await operator.run(commands('move'));
    for (const name of names)
      expect(told).toContain(`orphan ${name} (rdsproxy): ${nodes.join(', ')}; no stage has it`);
    expect(told).toContain('1 record: all is well.');
    const gone = Date.now();
    expect(await failures(clients, from, gone)).toEqual([]);
    const back = await operator.run(`npm run prune -- --stage ${STAGE} --name ${handed}`);
    expect(back).toContain('1 set of somebody else, left alone\n');
    expect(back).toContain(`Removed: ${handed}, `);
    const pruned = await operator.run(commands('prune'));
    expect([...pruned.matchAll(/^Removed: ([^ ,]+), /gm)].map(([, name]) => name).sort()).toEqual(
      [renamed, moved].sort(),
    );

    const over = Date.now() + TTL * 1_000;
    await settles(late, []);
    await settles(given, addressesOf([first]));
    await until(() => [late, staying].every(({ queries }) => queries.some(({ at }) => at > over)), {
      within: DEADLINE,
      what: 'no resolver has an answer from before',
    });
    const end = Date.now();
    expect((await late.between(over, end)).filter(({ by }) => by)).toEqual([]);
    expect(await failures([given, staying], gone, end)).toEqual([]);
    expect(staying.resolved.map(({ addresses }) => addresses)).toEqual([nodes]);
    expect(given.addresses()).toEqual(addressesOf([first]));

    const unnoticed = [given, staying].map(({ queries }) => queries.length);
    const removed = await operator.run(commands('give-up', 'prod-shared'));
    expect(removed).toContain(`nothing will be left in ${moved}.`);
    await staying.end();
    await expectUnnoticed(world, from);
    expect(answersSince(world, from)).toEqual([nodes]);
    return `${unnoticed.join(' and ')} queries at the names handed back and moved, and none failed; all at the one that was renamed do, once it is pruned`;
  },
};

export const serviceChanged: Scenario = {
  number: '13',
  title: "A record's service is changed",
  prepare: operatorOf,
  async run(world, from) {
    const operator = await operatorOf(world);
    const [, second] = pair(world);
    const service = 'rdsproxy-blue';
    operator.write(STAGE, [{ ...RECORD, service }]);
    expect(await operator.run(commands('move'))).toContain(` (${service}): held, unknown-service\n`);
    expect(changesSince(world, from)).toEqual([]);
    await second.consul.put('/v1/agent/service/register', {
      ...{ Name: service, Address: second.host.address, Port: 3306 },
      Check: { HTTP: 'http://127.0.0.1:1919/health', Interval: '1s' },
    });
    await resolvesTo(world, [second]);
    expect(changesSince(world, from)).toHaveLength(1);

    await world.updater.deploy(world.nodes.map(({ host }) => host));
    await resolvesTo(world, world.nodes);
    await second.consul.put(`/v1/agent/service/deregister/${service}`, {});
    await expectUnnoticed(world, from);
    return 'the record is kept until the new service is healthy, then one batch swaps the addresses';
  },
};

async function settles(client: Client, addresses: readonly string[]): Promise<void> {
  const wanted = addresses.join();
  await until(() => client.addresses().join() === wanted, {
    within: DEADLINE,
    what: `the resolver answers ${wanted || 'nothing'}`,
  });
}

/** The queries that began in a span and that nobody answered. */
async function failures(clients: readonly Client[], from: number, to: number) {
  const queries = await Promise.all(clients.map((client) => client.between(from, to)));
  return queries.flat().filter(({ by }) => !by);
}

async function expectUnnoticed(world: World, from: number): Promise<void> {
  const { failed } = await experience(world, from);
  expect(failed).toBe(0);
}
