import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RunFailedError } from '../../src/report/log-lines.ts';
import { SettingsError } from '../../src/settings/settings-error.ts';
import { context, EVERY_MINUTE, NAME, RECORDS, records, type Stack, startStack } from '../support/stack.ts';

let stack: Stack;
beforeEach(async () => {
  stack = await startStack();
});
afterEach(() => stack.close());

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
            { action: 'CREATE', ttl: 5, values: ['10.0.1.1'], setIdentifier: 'consul/rdsproxy/10.0.1.1' },
            { action: 'CREATE', ttl: 5, values: ['10.0.1.2'], setIdentifier: 'consul/rdsproxy/10.0.1.2' },
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
    const handler = await stack.publishing(['10.0.1.1']);
    const before = stack.route53.requests.length;
    expect(await handler({}, context())).toMatchObject({ outcome: 'unchanged', records: [{ changes: [] }] });
    expect(stack.route53.requests.slice(before).map(({ operation }) => operation)).toEqual([
      'ListResourceRecordSets',
    ]);
  });

  it('adds and removes in one request', async () => {
    const handler = await stack.publishing(['10.0.1.1', '10.0.1.2']);
    await stack.setStatus('10.0.1.1', 'critical');
    await stack.register('10.0.1.3');
    const report = await handler({}, context());
    expect(stack.published()).toEqual(['10.0.1.2', '10.0.1.3']);
    expect(stack.changeCalls()).toBe(2);
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
    expect(stack.changeCalls()).toBe(1);
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
          message:
            'would add 10.0.1.1 (consul-1: all 2 checks are passing); note that "consul-route53-updater" keeps the name.',
          published: [],
          desired: ['10.0.1.1'],
          instances: [
            { published: false, why: 'all 2 checks are passing, not yet published (record planned only)' },
          ],
        },
      ],
    });
    expect(stack.published()).toEqual([]);
    expect(stack.changeCalls()).toBe(0);
  });

  it('asks Consul once for a service that several records name', async () => {
    await stack.register('10.0.1.1');
    const handler = stack.function({ RECORDS: records({}, { name: 'reader.corp.internal' }) });
    await handler({}, context());
    expect(stack.published('reader.corp.internal')).toEqual(['10.0.1.1']);
    stack.consul.requests.length = 0;
    await handler({}, context());
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
    // Each service is looked at as soon as it is read.
    expect(stack.log.map(({ level, message }) => `${level} ${message}`).sort()).toEqual([
      `info ${NAME} A changed: ${report.records[0]?.message}`,
      `warn web.corp.internal A held (unknown-service): ${report.records[1]?.message} ${report.records[1]?.remedy}`,
    ]);
    expect(stack.log.map(({ fields }) => fields)).toContainEqual({
      wokenBy: ['invocation'],
      record: report.records[0],
    });
  });

  it('repairs what somebody else changed in our sets', async () => {
    const handler = await stack.publishing(['10.0.1.1', '10.0.1.2']);
    stack.put('consul/rdsproxy/10.0.1.1', '10.9.9.9', 300);
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
    const handler = await stack.publishing(['10.0.1.1', '10.0.1.2', '10.0.1.3']);
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
