import type { World } from './world.ts';

/** Lines of a log that tell what was last. */
const LAST = 25;

/**
 * What each part says of itself, for whoever reads of a scenario that failed: the end of the function's log, and each
 * node's members and the end of its log. A part that does not answer is no failure of its own.
 */
export async function stateOf(world: World): Promise<string> {
  const nodes = world.nodes.map(async ({ host, consul }) => [
    `Consul on ${host.name}:`,
    await consul.cli('members').catch(String),
    last(consul.log()),
  ]);
  return [
    `the resolver answers ${world.client.addresses().join() || 'nothing'}; Route 53 has ${world.aws.changes.at(-1)?.addresses.join()}`,
    'the function:',
    last(world.updater.log()),
    ...(await Promise.all(nodes)).flat(),
  ].join('\n');
}

function last(log: string): string {
  return log.split('\n').slice(-LAST).join('\n');
}
