import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openWindow } from '../support/open-window.ts';
import { context, EVERY_MINUTE, type Stack, startStack } from '../support/stack.ts';
import { until } from '../support/until.ts';

let stack: Stack;
beforeEach(async () => {
  stack = await startStack();
  await stack.register('10.0.1.1');
  await stack.register('10.0.1.2');
});
afterEach(() => stack.close());

describe('a quiet window', () => {
  it('asks nothing of Route 53 after its first pass, and holds one query at Consul', async () => {
    const window = await openWindow(stack);
    const before = stack.route53.requests.length;
    const blocking = () => stack.consul.requests.filter(({ query }) => query['index'] !== undefined);
    await until(() => blocking().length > 0);
    // Another service's change may wake the query, and a wake-up means nothing.
    await stack.register('10.0.3.1', 'passing', 'other');
    await window.end();
    expect(stack.route53.requests.length).toBe(before);
    expect(blocking()).toHaveLength(1);
    expect(await window.run).toMatchObject({
      outcome: 'changed',
      passes: [{ wokenBy: ['invocation'], outcome: 'changed' }],
    });
  });
});

describe('what a window says', () => {
  it('tells of each pass: what woke it, how long it took, and what changed', async () => {
    const window = await openWindow(stack);
    await stack.setStatus('10.0.1.2', 'critical');
    await until(() => stack.published().length === 1);
    await stack.setStatus('10.0.1.2', 'passing');
    await until(() => stack.published().length === 2);
    await window.end();
    const report = await window.run;
    expect(report.passes).toEqual([
      {
        ...{ zoneId: stack.zone.id, wokenBy: ['invocation'], outcome: 'changed' },
        changed: ['rdsproxy.corp.internal'],
      },
      ...[1, 2].map(() => ({
        zoneId: stack.zone.id,
        wokenBy: ['change'],
        outcome: 'changed',
        reactionMs: expect.any(Number),
        changed: ['rdsproxy.corp.internal'],
      })),
    ]);
    // The record tells of the whole run.
    expect(report.records[0]?.changes.map(({ action }) => action)).toEqual([
      'CREATE',
      'CREATE',
      'DELETE',
      'CREATE',
    ]);
    expect(report.records[0]?.published).toEqual(['10.0.1.1', '10.0.1.2']);
    expect(stack.log.map(({ level, message, fields }) => [level, message, fields])).toEqual([
      [
        'info',
        expect.stringContaining('add 10.0.1.1'),
        { wokenBy: ['invocation'], record: expect.any(Object) },
      ],
      [
        'info',
        'rdsproxy.corp.internal A changed: remove 10.0.1.2 (consul-1: check "check-rdsproxy-10.0.1.2" is critical); now 10.0.1.1 published.',
        { wokenBy: ['change'], reactionMs: expect.any(Number), record: expect.any(Object) },
      ],
      ['info', expect.stringContaining('add 10.0.1.2'), expect.objectContaining({ wokenBy: ['change'] })],
    ]);
  });
});

describe('no window', () => {
  it.each([
    ['where WATCH_SECONDS is 0', {}, {}],
    ['for a plan', { WATCH_SECONDS: '30' }, { action: 'plan' }],
    ['for a forced run', { WATCH_SECONDS: '30' }, { action: 'apply', force: true }],
  ])('%s', async (_, env, event) => {
    const report = await stack.function(env)(event, context());
    expect(report.passes).toHaveLength(1);
    expect(stack.consul.requests.filter(({ query }) => query['index'])).toEqual([]);
  });

  it('where too little time is left for one', async () => {
    const report = await stack.function({ WATCH_SECONDS: '30' })(EVERY_MINUTE, context(5_000));
    expect(report.passes).toHaveLength(1);
  });
});

describe('many services', () => {
  it('are watched side by side, without a warning', async () => {
    const services = Array.from({ length: 14 }, (_, index) => `service-${index}`);
    for (const service of services) await stack.register('10.0.1.1', 'passing', service);
    const RECORDS = JSON.stringify(
      services.map((service) => ({ service, name: `${service}.corp.internal` })),
    );
    const warnings: Error[] = [];
    const note = (warning: Error) => void warnings.push(warning);
    process.on('warning', note);
    try {
      const window = await openWindow(stack, { env: { RECORDS } });
      await until(
        () => stack.consul.requests.filter(({ query }) => query['index']).length === services.length,
      );
      await stack.register('10.0.1.2', 'passing', 'service-13');
      await until(() => stack.published('service-13.corp.internal').length === 2);
      await window.end();
      await window.run;
    } finally {
      process.off('warning', note);
    }
    expect(warnings.map(({ name }) => name)).not.toContain('MaxListenersExceededWarning');
  });
});
