import { expect } from 'vitest';
import { until } from '../../support/until.ts';
import { DEADLINE } from '../deadline.ts';
import { oldClient } from '../old-client.ts';
import { migratePage } from '../page.ts';
import { addressesOf, pair, resolvesTo, type Scenario } from './scenario.ts';

export const migrated: Scenario = {
  number: '11',
  title: 'A client moves from consul-template to DNS, and back, by docs/migrate.md',
  async run(world) {
    const page = migratePage();
    const left = new Set(Object.keys(page).filter((name) => !name.startsWith('operator=')));
    const block = (name: string) => {
      left.delete(name);
      return page[name] ?? `echo "the page has no block ${name}"; exit 1`;
    };
    const [first, second] = pair(world);
    const nodes = addressesOf(world.nodes);
    const client = await oldClient(world, page, first.host);
    left.delete('hosts.ctmpl');
    const eventually = (what: string, is: () => Promise<boolean>) =>
      until(is, { within: DEADLINE, every: 200, what });
    const linesAre = (what: string, wanted: readonly string[]) =>
      eventually(what, async () => (await client.lines()).join() === wanted.join());
    const answers = async (name: string) =>
      [...(await client.run(block(name))).matchAll(/^([\d.]+)\s+rdsproxy/gm)]
        .map(([, address = '']) => address)
        .sort();

    await linesAre('consul-template has written its lines', nodes);
    expect(await answers('client=look')).toEqual(nodes);
    expect((await client.run(block('client=compare'))).trim()).toBe('same');

    await client.run(block('client=stop'));
    // It is files that answer, still: nothing else knows the bare name.
    expect(await answers('client=after')).toEqual(nodes);
    await client.run(block('client=delete'));
    expect(await client.lines()).toEqual([]);
    expect(await client.run('grep -c localhost /etc/hosts')).toBe('1\n');
    await client.run(block('client=search'));
    const checked = await client.run(block('client=check'));
    for (const address of nodes)
      expect(checked).toMatch(new RegExp(`^${address} +rdsproxy\\.corp\\.internal`, 'm'));
    expect(checked).toContain('replica-');

    const onNode = (name: string) => {
      const words = block(name).trim().split(' ').slice(1);
      return second.consul.cli(...words);
    };
    await onNode('node=out');
    await resolvesTo(world, [first]);
    expect(await answers('client=after')).toEqual([first.host.address]);
    expect(await client.lines()).toEqual([]);
    await onNode('node=back');

    await client.run(block('client=rollback'));
    await linesAre('the lines are back', nodes);
    expect(await answers('client=look')).toEqual(nodes);
    await client.run(block('client=stop'));
    await resolvesTo(world, world.nodes);
    expect([...left], 'blocks of the page that nobody ran').toEqual([]);
    return 'files win until their lines are deleted; then DNS, which follows; back at once';
  },
};
