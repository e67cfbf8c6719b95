import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { agentApi } from '../../emulators/consul/agent-api.ts';
import { type ConsulStandIn, startConsulStandIn } from '../../emulators/consul/stand-in.ts';
import { consulHealthSource } from '../../src/consul/health-source.ts';
import { openAccess } from '../support/access.ts';

const signal = new AbortController().signal;

let consul: ConsulStandIn;
beforeEach(async () => {
  const nodes = ['consul-1', 'consul-2'].map((name, index) => ({ name, address: `10.0.9.${index + 1}` }));
  consul = await startConsulStandIn({ nodes });
  await agentApi(consul.agents[0]?.url ?? '').register({ Name: 'rdsproxy', ID: 'a', Address: '10.0.1.1' });
});
afterEach(() => consul.close());

const open = (own: { timeout?: number; longestWait?: number } = {}) =>
  consulHealthSource(openAccess({ addresses: consul.agents.map(({ url }) => url) }), {
    timeout: 500,
    ...own,
  });

describe('several addresses', () => {
  it('are each asked in one read, also where another read finds the good one meanwhile', async () => {
    const source = open();
    const { index = 0 } = await source.read({ service: 'rdsproxy' }, signal);
    await consul.setFault({ kind: 'hang' }, { node: 'consul-1' });
    consul.requests.length = 0;
    // The second one gives the first address longer, and asks the next when that is the first to be asked already.
    await Promise.all([
      source.read({ service: 'rdsproxy' }, signal),
      source.read({ service: 'rdsproxy' }, signal, { index, wait: 500 }),
    ]);
    expect(consul.requests.map(({ agent }) => agent).sort()).toEqual([
      'consul-1',
      'consul-1',
      'consul-2',
      'consul-2',
    ]);
  });

  it('are not asked to wait where another one has just failed', async () => {
    const source = open();
    const { index = 0 } = await source.read({ service: 'rdsproxy' }, signal);
    await consul.setFault({ kind: 'html' }, { node: 'consul-1' });
    consul.requests.length = 0;
    await source.read({ service: 'rdsproxy' }, signal, { index, wait: 60_000 });
    expect(consul.requests.map(({ agent, query }) => [agent, query['index']])).toEqual([
      ['consul-1', String(index)],
      ['consul-2', undefined],
    ]);
  });
});

describe('a blocking query', () => {
  it('comes back after the longest wait that is allowed', async () => {
    const source = open({ longestWait: 40 });
    const { index = 0 } = await source.read({ service: 'rdsproxy' }, signal);
    expect(await source.read({ service: 'rdsproxy' }, signal, { index, wait: 60_000 })).toMatchObject({
      index,
    });
    expect(consul.requests.at(-1)?.query['wait']).toBe('40ms');
  });
});

describe.each([
  { since: '1.12', silent: false },
  { since: '1.10', silent: true },
])('a blocking query of the streaming backend, as Consul has it since $since', ({ silent }) => {
  const only = () => openAccess({ addresses: consul.agents.slice(0, 1).map(({ url }) => url) });
  const service = 'rdsproxy';
  /** The last reads, without the registration in between, which may be counted before or after the first of them. */
  const last = () =>
    consul.requests
      .filter(({ method }) => method === 'GET')
      .slice(-2)
      .map(({ agent, query }) => [agent, query['index']]);

  it('is not answered by it: one read tells what has changed, and from whom', async () => {
    const source = consulHealthSource(only());
    const { index = 0 } = await source.read({ service }, signal);
    await consul.setFault({ kind: 'streaming', silent });
    consul.requests.length = 0;
    const read = source.read({ service }, signal, { index, wait: 60_000 });
    await agentApi(consul.agents[0]?.url ?? '').register({ Name: service, ID: 'b', Address: '10.0.1.2' });
    // In the order of their IDs, though the answer has another one.
    expect(await read).toMatchObject({ instances: [{ address: '10.0.1.1' }, { address: '10.0.1.2' }] });
    expect(last().map(([, from]) => from)).toEqual([String(index)]);
  });

  it('is asked without an order from then on, where Consul refuses one', async () => {
    const source = consulHealthSource(only());
    const { index = 0 } = await source.read({ service }, signal);
    await consul.setFault({ kind: 'streaming', silent, near: 'refused' });
    consul.requests.length = 0;
    for (let turn = 0; turn < 2; turn++)
      expect(await source.read({ service }, signal, { index, wait: 1 })).toMatchObject({ index });
    expect(consul.requests.map(({ query }) => [query['near'], query['index'] !== undefined])).toEqual([
      ['_agent', true],
      [undefined, true],
      [undefined, false],
      [undefined, true],
      [undefined, false],
    ]);
  });

  it('only wakes, where it answers all the same: what is believed is read once more, from the same address', async () => {
    const source = consulHealthSource(only());
    const { index = 0 } = await source.read({ service }, signal);
    await consul.setFault({ kind: 'streaming', silent, near: 'ignored' });
    const read = source.read({ service }, signal, { index, wait: 60_000 });
    await agentApi(consul.agents[0]?.url ?? '').register({ Name: service, ID: 'b', Address: '10.0.1.2' });
    expect(await read).toMatchObject({ instances: [{ address: '10.0.1.1' }, { address: '10.0.1.2' }] });
    expect(last()).toEqual([
      ['consul-1', String(index)],
      ['consul-1', undefined],
    ]);
  });

  it('is not believed to be empty', async () => {
    const source = consulHealthSource(only());
    const { index = 0 } = await source.read({ service }, signal);
    await consul.setFault({ kind: 'streaming', silent, near: 'ignored', empty: true });
    expect(await source.read({ service }, signal, { index, wait: 1 })).toMatchObject({
      index,
      instances: [{ address: '10.0.1.1' }],
    });
  });

  it('does not hide that ACLs filter, or that there is no leader', async () => {
    const source = consulHealthSource(only());
    const { index = 0 } = await source.read({ service }, signal);
    await consul.setFault({ kind: 'streaming', silent, near: 'ignored' });
    for (const [fault, cause] of [
      [{ kind: 'acl-filtered' }, 'acl-filtered'],
      [{ kind: 'no-leader', how: 'error' }, 'no-leader'],
    ] as const) {
      await consul.setFault(fault);
      await expect(source.read({ service }, signal, { index, wait: 1 })).rejects.toMatchObject({
        hold: { cause },
      });
    }
  });
});
