import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { context, NAME, records, type Stack, startStack } from '../support/stack.ts';

const operation = 'ChangeResourceRecordSets';

let stack: Stack;
beforeEach(async () => {
  stack = await startStack();
});
afterEach(() => stack.close());

describe('somebody else who writes in between', () => {
  it('is read and planned around', async () => {
    const handler = await stack.publishing(['10.0.1.1', '10.0.1.2']);
    await stack.setStatus('10.0.1.2', 'critical');
    // The set that the run is about to delete changes under its hands, so that Route 53 rejects the batch.
    stack.route53.faults.add({
      operation,
      kind: 'throttling',
      times: 1,
      when: () => {
        stack.put('consul/rdsproxy/10.0.1.2', '10.0.1.2', 77);
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
    const RECORDS = records({ routing });
    const handler = await stack.publishing(['10.0.1.1', 'fd00::1'], { RECORDS });
    await stack.setStatus('10.0.1.1', 'critical');
    // While the run is about to remove the failing one, somebody removes the healthy one.
    stack.route53.faults.add({
      operation,
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
    const handler = await stack.publishing(['10.0.1.1', '10.0.1.2']);
    await stack.setStatus('10.0.1.2', 'critical');
    stack.route53.faults.add({
      operation,
      kind: 'reset',
      when: () => {
        stack.zone.remove({ name: NAME, type: 'A', setIdentifier: 'consul/rdsproxy/10.0.1.2' });
        return false;
      },
    });
    expect(await handler({}, context())).toMatchObject({ outcome: 'unchanged', records: [{ changes: [] }] });
    expect(stack.published()).toEqual(['10.0.1.1']);
  });

  it('makes us plan anew once, and no more where nothing has changed', async () => {
    await stack.register('10.0.1.1');
    stack.route53.faults.add({ operation, kind: 'invalid-change-batch' });
    expect(await stack.function({})({}, context())).toMatchObject({
      outcome: 'failed',
      records: [{ reason: 'rejected' }],
    });
    expect(stack.changeCalls()).toBe(2);
  });
});

describe('an answer of Route 53 that is lost', () => {
  it('ends right, for additions and removals', async () => {
    await stack.register('10.0.1.1');
    await stack.register('10.0.1.2');
    const handler = stack.function({});
    stack.route53.faults.add({ operation, kind: 'lost-answer', times: 1 });
    expect(await handler({}, context())).toMatchObject({ outcome: 'changed' });
    expect(stack.published()).toEqual(['10.0.1.1', '10.0.1.2']);
    await stack.setStatus('10.0.1.2', 'critical');
    await stack.register('10.0.1.3');
    stack.route53.faults.add({ operation, kind: 'lost-answer', times: 1 });
    expect(await handler({}, context())).toMatchObject({
      outcome: 'changed',
      records: [{ changes: [{}, {}] }],
    });
    expect(stack.published()).toEqual(['10.0.1.1', '10.0.1.3']);
  });

  it('is looked up where the next try is refused', async () => {
    await stack.register('10.0.1.1');
    stack.route53.faults.add({ operation, kind: 'lost-answer', times: 1 });
    stack.route53.faults.add({ operation, kind: 'access-denied' });
    expect(await stack.function({})({}, context())).toMatchObject({
      outcome: 'changed',
      records: [{ published: ['10.0.1.1'], changes: [{}] }],
    });
  });

  it('is looked up for each of the records that shared the request', async () => {
    const RECORDS = records({ name: 'a.corp.internal' }, { name: 'b.corp.internal' });
    await stack.register('10.0.1.1');
    stack.route53.faults.add({ operation, kind: 'lost-answer', times: 1 });
    stack.route53.faults.add({ operation, kind: 'no-such-zone' });
    const published = { outcome: 'changed', published: ['10.0.1.1'] };
    expect(await stack.function({ RECORDS })({}, context())).toMatchObject({
      records: [published, published],
    });
  });
});
