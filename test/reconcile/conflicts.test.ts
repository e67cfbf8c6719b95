import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { context, NAME, records, type Stack, startStack } from '../support/stack.ts';

let stack: Stack;
beforeEach(async () => {
  stack = await startStack();
});
afterEach(() => stack.close());

describe('conflicts', () => {
  const simple = { name: NAME, type: 'A', ttl: 60, values: ['10.0.5.5'] } as const;

  it('refuses a simple set at our name, and leaves it alone', async () => {
    await stack.register('10.0.1.1');
    stack.zone.put(simple);
    expect(await stack.function({})({}, context())).toMatchObject({
      outcome: 'failed',
      records: [
        {
          reason: 'conflict',
          message: `${NAME} already has the simple A record set [10.0.5.5], which is not ours; nothing is published yet, and nothing was changed.`,
        },
      ],
    });
    expect(stack.published()).toEqual(['10.0.5.5']);
  });

  it('swaps it in one request where the setting asks for that', async () => {
    await stack.register('10.0.1.1');
    stack.zone.put(simple);
    const report = await stack.function({ RECORDS: records({ onConflict: 'replace' }) })({}, context());
    expect(report).toMatchObject({ outcome: 'changed' });
    expect(stack.changeCalls()).toBe(1);
    expect(stack.zone.find(NAME, 'A')).toMatchObject([{ setIdentifier: 'consul/rdsproxy/10.0.1.1' }]);
  });

  it("refuses another service's sets at a name that nobody keeps, as two deployments may have shared it", async () => {
    await stack.register('10.0.1.1');
    stack.put('consul/web/10.0.5.5', '10.0.5.5');
    expect(await stack.function({})({}, context())).toMatchObject({
      outcome: 'failed',
      records: [{ reason: 'conflict', message: expect.stringContaining('"consul/web/10.0.5.5"') }],
    });
    expect(stack.published()).toEqual(['10.0.5.5']);
    expect(stack.changeCalls()).toBe(0);
    await stack.function({ RECORDS: records({ onConflict: 'replace' }) })({}, context());
    expect(stack.published()).toEqual(['10.0.1.1']);
  });

  it('leaves somebody else one type, and follows in the other', async () => {
    const handler = await stack.publishing(['10.0.1.1']);
    await stack.register('10.0.1.2');
    await stack.register('fd00::1');
    stack.put('consul/rdsproxy/169.254.169.254', '169.254.169.254');
    stack.zone.put({ ...simple, type: 'AAAA', values: ['fd00::9'] });
    expect(await handler({}, context())).toMatchObject({
      outcome: 'failed',
      records: [
        { type: 'A', outcome: 'changed', desired: ['10.0.1.1', '10.0.1.2'] },
        {
          ...{ type: 'AAAA', outcome: 'failed', reason: 'conflict', changes: [] },
          message: `${NAME} already has the simple AAAA record set [fd00::9], which is not ours; nothing is published yet, and nothing was changed.`,
          instances: [{ address: 'fd00::1', why: expect.stringContaining('somebody else is in its way') }],
        },
      ],
    });
    expect(stack.published()).toEqual(['10.0.1.1', '10.0.1.2', 'fd00::9']);
  });

  it('leaves a foreign multivalue set beside ours', async () => {
    await stack.register('10.0.1.1');
    stack.put('terraform', '10.0.5.5');
    const handler = stack.function({});
    expect(await handler({}, context())).toMatchObject({
      outcome: 'changed',
      records: [{ published: ['10.0.1.1'] }],
    });
    expect(stack.published()).toEqual(['10.0.1.1', '10.0.5.5']);
    await stack.register('10.0.1.2');
    await stack.setStatus('10.0.1.1', 'critical');
    await handler({}, context());
    expect(stack.published()).toEqual(['10.0.1.2', '10.0.5.5']);
  });
});

describe('one record in trouble', () => {
  const three = () =>
    records({ name: 'a.corp.internal' }, { name: 'b.corp.internal' }, { name: 'c.corp.internal' });

  it('does not hold up the others, and is held when its name is protected', async () => {
    await stack.register('10.0.1.1');
    stack.zone.protect('b.corp.internal', 'A');
    const report = await stack.function({ RECORDS: three() })({}, context());
    expect(report.records.map(({ name, outcome, reason }) => [name, outcome, reason])).toEqual([
      ['a.corp.internal', 'changed', undefined],
      ['b.corp.internal', 'held', 'protected'],
      ['c.corp.internal', 'changed', undefined],
    ]);
    expect(stack.published('c.corp.internal')).toEqual(['10.0.1.1']);
  });

  it('does not cost the others their update when the role may not change it', async () => {
    await stack.register('10.0.1.1');
    stack.route53.faults.add({
      operation: 'ChangeResourceRecordSets',
      kind: 'access-denied',
      when: ({ changes }) => changes?.some(({ recordSet }) => recordSet.name === 'a.corp.internal.') ?? false,
    });
    const report = await stack.function({ RECORDS: three() })({}, context());
    expect(report.records.map(({ outcome }) => outcome)).toEqual(['failed', 'changed', 'changed']);
  });

  it('is refused for itself: a conflict, a name outside the zone, no healthy instance', async () => {
    await stack.register('10.0.1.1');
    stack.zone.put({ name: 'b.corp.internal', type: 'CNAME', ttl: 60, values: ['a.corp.internal'] });
    const RECORDS = records(
      { name: 'a.corp.internal' },
      { name: 'b.corp.internal' },
      { name: 'c.xcorp.internal' },
      { name: 'd.corp.internal', service: 'web' },
    );
    const report = await stack.function({ RECORDS })({}, context());
    expect(report.records.map(({ outcome, reason }) => reason ?? outcome)).toEqual([
      'changed',
      'conflict',
      'outside-zone',
      'unknown-service',
    ]);
    expect(report.outcome).toBe('failed');
  });
});
