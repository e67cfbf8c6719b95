import { describe, expect, it } from 'vitest';
import type { CheckStatus } from '../../emulators/consul/types.ts';
import type { RunReport } from '../../src/report/run-report.ts';
import { until } from '../support/until.ts';
import { type Published, type Running, useSideBySide } from './side-by-side-support.ts';

/** Milliseconds within which everything must come to pass, on the busiest of machines. How long it took is printed. */
const PATIENCE = 60_000;

const CHANGE = 'POST ';

const published = (service: string): Published => ({ service, name: `${service}.corp.internal` });

const isChange = ({ operation }: { operation: string }) => operation === 'ChangeResourceRecordSets';

function expectNoFailure(reports: readonly RunReport[]): void {
  const outcomes = reports.flatMap(({ outcome, records }) => [
    outcome,
    ...records.map((each) => each.outcome),
  ]);
  expect(outcomes).not.toContain('failed');
}

describe('functions side by side', { timeout: 240_000 }, () => {
  const world = useSideBySide({ seed: 20_261_125 });
  const services = ['alpha', 'beta'] as const;
  const records = services.map(published);
  const four = {
    alpha: ['10.1.0.1', '10.1.0.2', '10.1.0.3', '10.1.0.4'],
    beta: ['10.2.0.1', '10.2.0.2', '10.2.0.3', '10.2.0.4'],
  };

  async function registerAll(): Promise<void> {
    for (const service of services)
      for (const [index, address] of four[service].entries())
        await world.register(index % 2, service, address);
  }

  const set = (address: string, status: CheckStatus) =>
    world.setStatus(Number(address.slice(-1)) % 2 === 1 ? 0 : 1, address, status);

  it('follow 20 health flips together, and never empty a name', async () => {
    await registerAll();
    const up = { alpha: new Set(four.alpha), beta: new Set(four.beta) };
    const isRight = () =>
      services.every(
        (service) => world.at(published(service).name).join() === [...up[service]].sort().join(),
      );
    const wrong: string[] = [];
    const full = new Set<string>();
    let flippedAt: number | undefined;
    const lags: number[] = [];
    world.route53.onChange(() => {
      for (const { name } of records) {
        if (world.at(name).length > 0) full.add(name);
        else if (full.has(name)) wrong.push(`${name} was emptied`);
      }
      if (flippedAt === undefined) {
        if (lags.length > 0 && !isRight()) wrong.push(`what flip ${lags.length} brought was undone`);
      } else if (isRight()) {
        lags.push(performance.now() - flippedAt);
        flippedAt = undefined;
      }
    });

    const windows: Running[] = [];
    const reports: Promise<RunReport>[] = [];
    const openWindow = async () => {
      const running = await world.start(records);
      windows.push(running);
      await running.isWatching();
    };
    for (let count = 0; count < 3; count++) await openWindow();
    await until(isRight, { within: PATIENCE, what: 'the first publication' });

    for (let flip = 1; flip <= 20; flip++) {
      // Not all at once, and never all: a new window every few flips, and the oldest one ends.
      if (flip % 5 === 0) {
        await openWindow();
        const oldest = windows.shift();
        if (oldest) reports.push(oldest.end());
      }
      if (flip === 7) reports.push((await world.start(records, { event: { action: 'plan' } })).ended());
      if (flip === 13)
        reports.push((await world.start(records, { event: { action: 'apply', force: true } })).ended());
      const service = world.random.pick(services);
      const down = four[service].filter((address) => !up[service].has(address));
      const isFailing = down.length === 0 || (down.length === 1 && world.random.chance(0.5));
      const candidates = isFailing ? [...up[service]] : down;
      const address = candidates[world.random.whole(0, candidates.length - 1)] ?? '';
      if (isFailing) up[service].delete(address);
      else up[service].add(address);
      flippedAt = performance.now();
      await set(address, isFailing ? 'critical' : 'passing');
      await until(() => lags.length === flip, { within: PATIENCE, what: `flip ${flip}, ${address}` });
    }
    reports.push(...windows.map((running) => running.end()));
    const all = await Promise.all(reports);
    const rejected = world.route53.requests.filter(({ status }) => status === 400).length;
    const [slowest, median] = [
      lags.toSorted((a, b) => b - a)[0] ?? Number.NaN,
      lags.toSorted((a, b) => a - b)[10] ?? Number.NaN,
    ];
    console.log(
      `side by side: 20 flips, median ${median.toFixed(0)} ms, slowest ${slowest.toFixed(0)} ms, ${rejected} races lost`,
    );
    expectNoFailure(all);
    expect(wrong).toEqual([]);
    expect(isRight()).toBe(true);
  });

  it('a change held up on its way, until its retry and a newer one are made, does nothing', async () => {
    await registerAll();
    const { name } = published('alpha');
    const running = await world.start(records);
    await until(() => world.at(name).length === 4, { within: PATIENCE });
    const held = running.route53.hold(CHANGE);
    await set('10.1.0.2', 'critical');
    await until(() => held.since, { within: PATIENCE, what: 'a change on its way' });
    await until(() => world.at(name).length === 3, { within: PATIENCE, what: 'the retry' });
    await set('10.1.0.2', 'passing');
    await until(() => world.at(name).length === 4, { within: PATIENCE, what: 'the newer change' });
    expect(rejections()).toBe(0);
    const changes = world.route53.requests.length;
    held.release();
    await until(() => rejections() === 1, { within: PATIENCE, what: 'a rejection of what came late' });
    expect(world.route53.requests.slice(changes).filter(isChange)).toHaveLength(1);
    const report = await running.end();
    expect(report.outcome).toBe('changed');
    expect(world.at(name)).toEqual(four.alpha);
  });

  it('a manual apply whose change arrives after a newer one of the window does nothing', async () => {
    await registerAll();
    const { name } = published('alpha');
    const first = await world.start(records, { watchSeconds: 0 });
    await first.ended();
    await set('10.1.0.2', 'critical');
    const manual = await world.start(records, { event: { action: 'apply', force: true } });
    // On a slow machine it loses its patience before the window is open.
    const held = Array.from({ length: 5 }, () => manual.route53.hold(CHANGE));
    await until(() => held[0]?.since, { within: PATIENCE, what: 'a change on its way' });
    await set('10.1.0.2', 'passing');
    await world.register(0, 'alpha', '10.1.0.5');
    const window = await world.start(records);
    await until(() => world.at(name).length === 5, { within: PATIENCE, what: 'the newer change' });
    expect(rejections()).toBe(0);
    for (const each of held) each.release();
    const report = await manual.ended();
    const caught = held.filter(({ since }) => since !== undefined).length;
    await until(() => rejections() === caught, { within: PATIENCE, what: 'a rejection of what came late' });
    expect(report.outcome).toBe('unchanged');
    expectNoFailure([report, await window.end()]);
    expect(world.at(name)).toEqual([...four.alpha, '10.1.0.5']);
  });

  const rejections = () =>
    world.route53.requests.filter((request) => isChange(request) && request.status === 400).length;
});

describe('a node with an instance of each of 500 services', { timeout: 480_000 }, () => {
  const world = useSideBySide({ seed: 500, throttle: true });
  const records = Array.from({ length: 500 }, (_, index) =>
    published(`service-${String(index).padStart(3, '0')}`),
  );
  const addressOf = (node: number, index: number) => `10.${node + 1}.${index >> 8}.${index & 255}`;

  it('leaves all names within the limits, and whoever is on stand-by has nothing left to do', async () => {
    for (const node of [0, 1])
      for (const [index, { service }] of records.entries())
        await world.agent(node).register({
          ...{ Name: service, ID: service },
          ...{ Address: addressOf(node, index), Port: 3306 },
        });
    const first = await world.start(records, { watchSeconds: 0 });
    expect((await first.ended()).outcome).toBe('changed');
    world.refill();

    const windows: Running[] = [];
    for (let count = 0; count < 2; count++) {
      const running = await world.start(records, { watchSeconds: 75 });
      windows.push(running);
      await running.isWatching();
    }
    const accepted: number[] = [];
    let removed = 0;
    world.route53.onChange(({ changes }) => {
      accepted.push(changes.length);
      removed += changes.filter(
        ({ action, recordSet }) => action === 'DELETE' && recordSet.type === 'A',
      ).length;
    });
    const isRight = () => records.every(({ name }, index) => world.at(name).join() === addressOf(0, index));
    const older = windows.slice(0, 1);
    for (const { process } of older) {
      await process.age(60_000);
      // On a busy machine the newest one may need longer than they wait for it.
      process.process.kill('SIGSTOP');
    }
    world.refill();
    const [lostAt, before] = [performance.now(), world.route53.requests.length];
    world.consul.setSerfHealth('consul-2', 'critical');
    await until(isRight, { within: PATIENCE, what: 'no name with the lost node' });
    const took = performance.now() - lostAt;
    world.refill();
    for (const { process } of older) process.process.kill('SIGCONT');
    const since = () => world.route53.requests.slice(before);
    const lists = ({ accessKeyId }: Running) =>
      since().filter((request) => !isChange(request) && request.accessKeyId === accessKeyId).length;
    // Of 300 of the 1,000 sets each.
    const hasLooked = (running: Running) => lists(running) >= 4;
    // Who was stopped for long may have missed an answer of Consul, and holds without a look.
    await until(() => older.every(hasLooked), { within: PATIENCE / 3 }).catch(() => undefined);
    const reports = await Promise.all(windows.map((running) => running.end()));
    console.log(
      `a node lost: 500 names right after ${took.toFixed(0)} ms, changes in each batch ${accepted}, ${since().length} requests`,
    );
    for (const [index, running] of older.entries())
      expect(hasLooked(running) ? ['unchanged', 'held'] : ['held']).toContain(reports[index]?.outcome);
    expect(reports[1]?.outcome).toBe('changed');
    expect(windows.map(({ route53 }) => route53.heard('Throttling'))).toEqual([0, 0]);
    // By whoever was first, once each. On a machine with time to spare these are three requests.
    expect(removed).toBe(500);
    expect(isRight()).toBe(true);
  });
});
