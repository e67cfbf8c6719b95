import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RunFailedError } from '../../src/report/log-lines.ts';
import { SettingsError } from '../../src/settings/settings-error.ts';
import { context, EVERY_MINUTE, NAME, RECORDS, type Stack, startStack } from '../support/stack.ts';

let stack: Stack;
beforeEach(async () => {
  stack = await startStack();
});
afterEach(() => stack.close());

const changeCalls = () =>
  stack.route53.requests.filter(({ operation }) => operation === 'ChangeResourceRecordSets');
const records = (...own: readonly object[]) =>
  JSON.stringify(own.map((each) => ({ service: 'rdsproxy', name: NAME, ...each })));

describe('a run', () => {
  it('publishes exactly the healthy instances, and says why each is in or out', async () => {
    await stack.register('10.0.1.1');
    await stack.register('10.0.1.2');
    await stack.register('10.0.1.3', 'warning');
    await stack.register('10.0.1.4', 'critical');
    const report = await stack.function({})({}, context());
    expect(stack.published()).toEqual(['10.0.1.1', '10.0.1.2']);
    expect(report).toMatchObject({
      outcome: 'changed',
      records: [
        {
          service: 'rdsproxy',
          name: NAME,
          type: 'A',
          outcome: 'changed',
          published: ['10.0.1.1', '10.0.1.2'],
          desired: ['10.0.1.1', '10.0.1.2'],
          changes: [
            { action: 'UPSERT', ttl: 5, values: ['10.0.1.1'], setIdentifier: 'consul/rdsproxy/10.0.1.1' },
            { action: 'UPSERT', ttl: 5, values: ['10.0.1.2'], setIdentifier: 'consul/rdsproxy/10.0.1.2' },
          ],
          instances: [
            {
              node: 'consul-1',
              address: '10.0.1.1',
              status: 'passing',
              published: true,
              why: 'all 2 checks are passing',
            },
            { address: '10.0.1.2', status: 'passing', published: true },
            {
              address: '10.0.1.3',
              status: 'warning',
              published: false,
              why: 'check "check-rdsproxy-10.0.1.3" is warning',
            },
            { address: '10.0.1.4', status: 'critical', published: false },
          ],
        },
      ],
    });
  });

  it('makes no change call when nothing differs, and asks for the zone only once', async () => {
    await stack.register('10.0.1.1');
    const handler = stack.function({});
    await handler({}, context());
    const before = stack.route53.requests.length;
    expect(await handler({}, context())).toMatchObject({ outcome: 'unchanged', records: [{ changes: [] }] });
    expect(stack.route53.requests.slice(before).map(({ operation }) => operation)).toEqual([
      'ListResourceRecordSets',
    ]);
  });

  it('adds and removes in one request', async () => {
    await stack.register('10.0.1.1');
    await stack.register('10.0.1.2');
    const handler = stack.function({});
    await handler({}, context());
    await stack.setStatus('10.0.1.1', 'critical');
    await stack.register('10.0.1.3');
    const report = await handler({}, context());
    expect(stack.published()).toEqual(['10.0.1.2', '10.0.1.3']);
    expect(changeCalls()).toHaveLength(2);
    expect(report.records[0]?.message).toBe(
      'remove 10.0.1.1 (consul-1: check "check-rdsproxy-10.0.1.1" is critical); add 10.0.1.3 (consul-1: all 2 checks are passing); now 10.0.1.2, 10.0.1.3 published.',
    );
  });

  it('publishes IPv6 addresses in record sets of their own', async () => {
    await stack.register('10.0.1.1');
    await stack.register('fd00::1');
    const report = await stack.function({})({}, context());
    expect(report.records.map(({ type, published }) => [type, published])).toEqual([
      ['A', ['10.0.1.1']],
      ['AAAA', ['fd00::1']],
    ]);
    expect(stack.zone.find(NAME, 'AAAA')).toMatchObject([
      { setIdentifier: 'consul/rdsproxy/fd00::1', values: ['fd00::1'] },
    ]);
    expect(changeCalls()).toHaveLength(1);
  });

  it('publishes one simple set where that is the routing', async () => {
    await stack.register('10.0.1.1');
    await stack.register('10.0.1.2');
    await stack.function({ RECORDS: records({ routing: 'simple', ttl: 30 }) })({}, context());
    const sets = stack.zone.find(NAME, 'A');
    expect(sets).toMatchObject([{ ttl: 30, values: ['10.0.1.1', '10.0.1.2'] }]);
    expect(sets[0]).not.toHaveProperty('setIdentifier', expect.anything());
  });

  it('writes nothing for a plan, but says what it would do', async () => {
    await stack.register('10.0.1.1');
    const report = await stack.function({})({ action: 'plan' }, context());
    expect(report).toMatchObject({
      action: 'plan',
      outcome: 'planned',
      records: [
        {
          message: 'would add 10.0.1.1 (consul-1: all 2 checks are passing).',
          published: [],
          desired: ['10.0.1.1'],
          instances: [
            { published: false, why: 'all 2 checks are passing, not yet published (record planned only)' },
          ],
        },
      ],
    });
    expect(stack.published()).toEqual([]);
    expect(changeCalls()).toEqual([]);
  });

  it('asks Consul once for a service that several records name', async () => {
    await stack.register('10.0.1.1');
    await stack.function({ RECORDS: records({}, { name: 'reader.corp.internal' }) })({}, context());
    expect(stack.published('reader.corp.internal')).toEqual(['10.0.1.1']);
    expect(stack.consul.requests.filter(({ path }) => path.startsWith('/v1/health'))).toHaveLength(1);
  });

  it('asks for the tag and the datacenter of the record', async () => {
    await stack.function({ RECORDS: records({ tag: 'ro', datacenter: 'dc1' }) })({}, context());
    expect(stack.consul.requests.at(-1)).toMatchObject({
      path: '/v1/health/service/rdsproxy',
      query: { tag: 'ro', dc: 'dc1' },
    });
  });

  it('logs one line a record, in the words of the report', async () => {
    await stack.register('10.0.1.1');
    const report = await stack.function({
      RECORDS: records({}, { service: 'web', name: 'web.corp.internal' }),
    })({}, context());
    expect(stack.log.map(({ level, message }) => `${level} ${message}`)).toEqual([
      `info ${NAME} A changed: ${report.records[0]?.message}`,
      `warn web.corp.internal A held (no-healthy-instances): ${report.records[1]?.message} ${report.records[1]?.remedy}`,
    ]);
    expect(stack.log[0]?.fields).toEqual({ wokenBy: ['invocation'], record: report.records[0] });
  });

  it('repairs what somebody else changed in our sets', async () => {
    await stack.register('10.0.1.1');
    await stack.register('10.0.1.2');
    const handler = stack.function({});
    await handler({}, context());
    stack.zone.put({
      name: NAME,
      type: 'A',
      ttl: 300,
      setIdentifier: 'consul/rdsproxy/10.0.1.1',
      multiValueAnswer: true,
      values: ['10.9.9.9'],
    });
    stack.zone.remove({ name: NAME, type: 'A', setIdentifier: 'consul/rdsproxy/10.0.1.2' });
    expect(await handler({}, context())).toMatchObject({ outcome: 'changed' });
    expect(stack.published()).toEqual(['10.0.1.1', '10.0.1.2']);
  });
});

describe('a scheduled run', () => {
  it('throws when it failed, so that Lambda counts an error', async () => {
    await stack.register('10.0.1.1');
    stack.route53.faults.add({ operation: 'ListResourceRecordSets', kind: 'access-denied' });
    const handler = stack.function({});
    await expect(handler(EVERY_MINUTE, context())).rejects.toThrow(RunFailedError);
    expect(await handler({}, context())).toMatchObject({
      outcome: 'failed',
      records: [{ reason: 'access-denied' }],
    });
  });

  it('does not throw when it held', async () => {
    expect(await stack.function({})(EVERY_MINUTE, context())).toMatchObject({ outcome: 'held' });
  });
});

describe('an invocation that cannot run', () => {
  it('rejects with every fault of the settings', async () => {
    const handler = stack.function({ CONSUL_HTTP_ADDR: '', RECORDS: '[]' });
    await expect(handler({}, context())).rejects.toThrow(SettingsError);
    expect(stack.log).toMatchObject([
      { level: 'error', message: expect.stringContaining('CONSUL_HTTP_ADDR is required') },
    ]);
  });

  it('rejects an event that it does not know, and touches nothing', async () => {
    await expect(stack.function({})({ action: 'destroy' }, context())).rejects.toThrow(
      /"destroy" is not known/,
    );
    expect(stack.route53.requests).toEqual([]);
  });
});

describe('force', () => {
  it('overrides the guard against vanished instances, once', async () => {
    for (const n of [1, 2, 3]) await stack.register(`10.0.1.${n}`);
    const handler = stack.function({});
    await handler({}, context());
    for (const n of [2, 3]) await stack.agent.deregister(`rdsproxy-10.0.1.${n}`);
    expect(await handler({}, context())).toMatchObject({
      outcome: 'held',
      records: [{ reason: 'vanished' }],
    });
    expect(stack.published()).toHaveLength(3);
    expect(await handler({ action: 'apply', force: true }, context())).toMatchObject({ outcome: 'changed' });
    expect(stack.published()).toEqual(['10.0.1.1']);
    expect(await handler({}, context())).toMatchObject({ outcome: 'unchanged' });
  });
});

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
    expect(changeCalls()).toHaveLength(1);
    expect(stack.zone.find(NAME, 'A')).toMatchObject([{ setIdentifier: 'consul/rdsproxy/10.0.1.1' }]);
  });

  it('leaves a foreign multivalue set beside ours', async () => {
    await stack.register('10.0.1.1');
    stack.zone.put({
      name: NAME,
      type: 'A',
      ttl: 60,
      setIdentifier: 'terraform',
      multiValueAnswer: true,
      values: ['10.0.5.5'],
    });
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
      'no-healthy-instances',
    ]);
    expect(report.outcome).toBe('failed');
  });
});

describe('somebody else who writes in between', () => {
  it('is read and planned around', async () => {
    await stack.register('10.0.1.1');
    await stack.register('10.0.1.2');
    const handler = stack.function({});
    await handler({}, context());
    await stack.setStatus('10.0.1.2', 'critical');
    // The set that the run is about to delete changes under its hands, so that Route 53 rejects the batch.
    stack.route53.faults.add({
      operation: 'ChangeResourceRecordSets',
      kind: 'throttling',
      times: 1,
      when: () => {
        stack.zone.put({
          name: NAME,
          type: 'A',
          ttl: 77,
          setIdentifier: 'consul/rdsproxy/10.0.1.2',
          multiValueAnswer: true,
          values: ['10.0.1.2'],
        });
        return true;
      },
    });
    expect(await handler({}, context())).toMatchObject({
      outcome: 'changed',
      records: [{ published: ['10.0.1.1'] }],
    });
    expect(stack.published()).toEqual(['10.0.1.1']);
  });

  it.each(['multivalue', 'simple'])('does not make us empty the name, %s', async (routing) => {
    const RECORDS = JSON.stringify([{ service: 'rdsproxy', name: NAME, routing }]);
    await stack.register('10.0.1.1');
    await stack.register('fd00::1');
    const handler = stack.function({ RECORDS });
    await handler({}, context());
    await stack.setStatus('10.0.1.1', 'critical');
    // While the run is about to remove the failing one, somebody removes the healthy one.
    stack.route53.faults.add({
      operation: 'ChangeResourceRecordSets',
      kind: 'reset',
      when: () => {
        for (const set of stack.zone.find(NAME, 'AAAA')) stack.zone.remove(set);
        return false;
      },
    });
    expect(await handler({}, context())).toMatchObject({ outcome: 'changed' });
    expect(stack.published()).toEqual(['fd00::1']);
  });

  it('is not reported as ours where it did what we were about to do', async () => {
    await stack.register('10.0.1.1');
    await stack.register('10.0.1.2');
    const handler = stack.function({});
    await handler({}, context());
    await stack.setStatus('10.0.1.2', 'critical');
    stack.route53.faults.add({
      operation: 'ChangeResourceRecordSets',
      kind: 'reset',
      when: () => {
        stack.zone.remove({ name: NAME, type: 'A', setIdentifier: 'consul/rdsproxy/10.0.1.2' });
        return false;
      },
    });
    expect(await handler({}, context())).toMatchObject({ outcome: 'unchanged', records: [{ changes: [] }] });
    expect(stack.published()).toEqual(['10.0.1.1']);
  });

  it('is given up on after a few tries, and says so', async () => {
    await stack.register('10.0.1.1');
    stack.route53.faults.add({ operation: 'ChangeResourceRecordSets', kind: 'invalid-change-batch' });
    expect(await stack.function({})({}, context())).toMatchObject({
      outcome: 'failed',
      records: [{ reason: 'rejected' }],
    });
    expect(changeCalls()).toHaveLength(4);
  });
});

describe('an answer of Route 53 that is lost', () => {
  it('ends right, for additions and removals', async () => {
    await stack.register('10.0.1.1');
    await stack.register('10.0.1.2');
    const handler = stack.function({});
    stack.route53.faults.add({ operation: 'ChangeResourceRecordSets', kind: 'lost-answer', times: 1 });
    expect(await handler({}, context())).toMatchObject({ outcome: 'changed' });
    expect(stack.published()).toEqual(['10.0.1.1', '10.0.1.2']);
    await stack.setStatus('10.0.1.2', 'critical');
    await stack.register('10.0.1.3');
    stack.route53.faults.add({ operation: 'ChangeResourceRecordSets', kind: 'lost-answer', times: 1 });
    expect(await handler({}, context())).toMatchObject({
      outcome: 'changed',
      records: [{ changes: [{}, {}] }],
    });
    expect(stack.published()).toEqual(['10.0.1.1', '10.0.1.3']);
  });

  it('is looked up where the next try is refused', async () => {
    await stack.register('10.0.1.1');
    stack.route53.faults.add({ operation: 'ChangeResourceRecordSets', kind: 'lost-answer', times: 1 });
    stack.route53.faults.add({ operation: 'ChangeResourceRecordSets', kind: 'access-denied' });
    expect(await stack.function({})({}, context())).toMatchObject({
      outcome: 'changed',
      records: [{ published: ['10.0.1.1'], changes: [{}] }],
    });
  });

  it('leaves open what is published where there is no time to look it up', async () => {
    await stack.register('10.0.1.1');
    stack.route53.faults.add({ operation: 'ChangeResourceRecordSets', kind: 'lost-answer' });
    expect(await stack.function({})({}, context(1_500))).toMatchObject({
      outcome: 'failed',
      records: [
        {
          reason: 'deadline',
          published: null,
          changes: [],
          message: expect.stringMatching(/; whether the record was changed is not known\.$/),
        },
      ],
    });
    expect(stack.published()).toEqual(['10.0.1.1']);
  });

  it('is looked up for each of the records that shared the request', async () => {
    const RECORDS = JSON.stringify(
      ['a', 'b'].map((label) => ({ service: 'rdsproxy', name: `${label}.corp.internal` })),
    );
    await stack.register('10.0.1.1');
    stack.route53.faults.add({ operation: 'ChangeResourceRecordSets', kind: 'lost-answer', times: 1 });
    stack.route53.faults.add({ operation: 'ChangeResourceRecordSets', kind: 'no-such-zone' });
    const published = { outcome: 'changed', published: ['10.0.1.1'] };
    expect(await stack.function({ RECORDS })({}, context())).toMatchObject({
      records: [published, published],
    });
  });
});

describe('the deadline', () => {
  it('is kept when Route 53 hangs, and leaves time to report', async () => {
    await stack.register('10.0.1.1');
    stack.route53.faults.add({ kind: 'hang' });
    const started = performance.now();
    const report = await stack.function({})({}, context(1_500));
    expect(performance.now() - started).toBeLessThan(1_400);
    expect(report).toMatchObject({ outcome: 'failed', records: [{ reason: 'deadline', published: null }] });
  });

  it('is kept when Consul hangs', async () => {
    await stack.consul.setFault({ kind: 'hang' });
    expect(await stack.function({})({}, context(1_500))).toMatchObject({ records: [{ reason: 'deadline' }] });
  });
});

it('tells no secret, whatever happens', async () => {
  await stack.consul.setFault({ kind: 'status', status: 403, body: 'ACL not found' });
  const report = await stack.function({ CONSUL_HTTP_TOKEN: 'planted-s3cret' })({}, context());
  expect(stack.consul.requests[0]?.headers).toMatchObject({ 'x-consul-token': 'planted-s3cret' });
  expect(JSON.stringify([report, stack.log])).not.toContain('planted-s3cret');
  expect(JSON.stringify([report, stack.log])).not.toContain('wJalrXUtnFEMI');
  expect(RECORDS).toContain('rdsproxy');
});
