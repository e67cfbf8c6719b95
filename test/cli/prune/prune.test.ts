import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keyOf } from '../../../cli/names/kept-names.ts';
import { type Choice, type PruneWorld, prune } from '../../../cli/prune/prune.ts';
import { context, NAME, records, type Stack, startStack } from '../../support/stack.ts';
import { askOf, OWNER } from '../support.ts';

const OLD = 'old.corp.internal';
const ORPHANS: Choice = { by: 'orphans' };

let stack: Stack;
beforeEach(async () => {
  stack = await startStack();
  await stack.register('10.0.1.11');
  await run({ name: OLD }, {});
});
afterEach(() => stack.close());

/** The function as an earlier deployment had it. */
const run = (...own: readonly object[]) =>
  stack.function({ OWNER_ID: OWNER, RECORDS: records(...own) })({}, context());

/** Prunes, and says yes unless something is done instead. */
async function pruned(
  choice: Choice,
  onAsked: () => unknown = () => true,
  { env = {}, ...world }: Partial<PruneWorld> & { readonly env?: Readonly<Record<string, string>> } = {},
) {
  const said: string[] = [];
  const { asked, outside } = askOf(stack, env);
  const isDone = await prune(asked, choice, {
    ...{ ...world, outside, say: (line) => void said.push(line) },
    confirm: async (question) => {
      said.push(question);
      return (await onAsked()) !== false;
    },
  });
  return { isDone, said };
}

const setsAt = (name: string) => stack.zone.recordSets().filter((set) => set.name === `${name}.`);
const namesLeft = () => [
  ...new Set(
    stack.zone
      .recordSets()
      .filter(({ type }) => ['A', 'AAAA', 'TXT', 'CNAME'].includes(type))
      .map(({ name }) => name),
  ),
];

describe('npm run prune', () => {
  it('shows the names that no stage has, asks, removes them and says so', async () => {
    const before = stack.changeCalls();
    const { isDone, said } = await pruned(ORPHANS);
    expect(said).toEqual([
      `${OLD} (rdsproxy)`,
      '  -   multivalue A "consul/rdsproxy/10.0.1.11" [10.0.1.11]',
      expect.stringMatching(/^ {2}- {3}multivalue TXT "consul-route53-updater" \["heritage=/),
      'Remove this name?',
      `Removed: ${OLD}, with 10.0.1.11.`,
    ]);
    expect(isDone).toBe(true);
    expect(setsAt(OLD)).toEqual([]);
    expect(stack.published()).toEqual(['10.0.1.11']);
    // One request, which replaces the owner's revision too.
    expect(stack.changeCalls()).toBe(before + 1);
    expect((await pruned(ORPHANS)).said).toEqual([
      `Nothing to do: every name that "${OWNER}" keeps is in a stage.`,
    ]);
  });

  it('changes nothing without a yes, and nothing of another owner or of nobody', async () => {
    await stack.function({ OWNER_ID: 'blue', RECORDS: records({ name: 'blue.corp.internal' }) })(
      {},
      context(),
    );
    stack.zone.put({ name: 'hand.corp.internal', type: 'A', ttl: 60, values: ['10.0.9.9'] });
    const sets = stack.zone.recordSets();
    const { isDone, said } = await pruned(ORPHANS, () => false);
    expect(said.at(-1)).toBe('Nothing was removed.');
    expect(said.join()).not.toMatch(/blue|hand/);
    expect(isDone).toBe(false);
    expect(stack.zone.recordSets()).toEqual(sets);
  });

  it('leaves the sets of somebody else at the name', async () => {
    const theirs = { name: OLD, type: 'A', ttl: 60, multiValueAnswer: true, values: ['10.0.9.9'] } as const;
    stack.zone.put({ ...theirs, setIdentifier: 'theirs' });
    const { said } = await pruned(ORPHANS);
    expect(said).toContain('  =   1 set of somebody else, left alone');
    expect(setsAt(OLD).map(({ values }) => values)).toEqual([['10.0.9.9']]);
  });

  it('leaves a simple set at a name that no stage has, unless somebody looks at it', async () => {
    for (const set of setsAt(OLD).filter(({ type }) => type === 'A')) stack.zone.remove(set);
    stack.zone.put({ name: OLD, type: 'A', ttl: 60, values: ['10.5.5.5'] });
    const sets = stack.zone.recordSets();
    const byName: Choice = { by: 'name', name: OLD };
    for (const { isDone, said } of [
      await pruned(ORPHANS),
      await pruned(byName, undefined, { isAnswered: true }),
    ]) {
      expect(isDone).toBe(false);
      expect(said).toEqual([
        `Left as it is: ${OLD} (rdsproxy): nothing tells whether 10.5.5.5 at it is ours or was put there by hand. Look at it: npm run prune -- --stage dev --name ${OLD} --zone ${stack.zone.id}, without --yes.`,
      ]);
    }
    expect(stack.zone.recordSets()).toEqual(sets);
    const all = await pruned({ by: 'all' });
    expect(all.isDone).toBe(false);
    expect(all.said.join()).not.toContain('nothing will be left');
    expect(setsAt(OLD)).toHaveLength(2);
    const seen = await pruned(byName);
    expect(seen.said).toContain('  -   simple A [10.5.5.5]');
    expect(seen.isDone).toBe(true);
    expect(setsAt(OLD)).toEqual([]);
  });

  it('warns of what any stage has, also of another owner that the shell speaks for', async () => {
    await stack.function({ OWNER_ID: 'prod', RECORDS: records({ name: 'live.corp.internal' }) })(
      {},
      context(),
    );
    const key = keyOf({ zoneId: stack.zone.id, name: 'live.corp.internal' });
    const { said } = await pruned({ by: 'all' }, () => false, {
      env: { OWNER_ID: 'prod' },
      inStages: new Map([[key, 'stages/prod.yml']]),
    });
    expect(said.join('\n')).toContain('live.corp.internal (rdsproxy)\n');
    expect(said.join('\n')).toContain(
      '  !   stages/prod.yml has it: while that is deployed, it is published again within a minute. First take it out and deploy, or sls remove.',
    );
    expect(said).toContain('Of "prod", unless it is still deployed, nothing will be left in corp.internal.');
  });

  it('removes nothing that is not as it was shown', async () => {
    const { isDone, said } = await pruned(ORPHANS, async () => {
      await stack.register('10.0.1.12');
      await run({ name: OLD }, {});
    });
    expect(said.at(-1)).toBe(`Not removed: ${OLD}: it is not as it was shown any more: run it again.`);
    expect(isDone).toBe(false);
    expect(stack.published(OLD)).toEqual(['10.0.1.11', '10.0.1.12']);
  });

  it('goes on where the function was at work at other names meanwhile', async () => {
    const { isDone } = await pruned(ORPHANS, () => run({ name: 'new.corp.internal' }));
    expect(isDone).toBe(true);
    expect(setsAt(OLD)).toEqual([]);
    expect(stack.published('new.corp.internal')).toEqual(['10.0.1.11']);
  });

  it('removes what it can where Route 53 protects a name', async () => {
    await run({ name: 'older.corp.internal' });
    stack.zone.protect(OLD, 'A');
    const { isDone, said } = await pruned(ORPHANS);
    expect(isDone).toBe(false);
    expect(said.join('\n')).toMatch(/^Not removed: old\.corp\.internal: /m);
    expect(said).toContain('Removed: older.corp.internal, with 10.0.1.11.');
  });

  it('hands back one name, with a warning where the stage has it', async () => {
    const { isDone, said } = await pruned({ by: 'name', name: `${NAME.toUpperCase()}.` });
    expect(said.join('\n')).toContain('stages/dev.yml has it: while that is deployed, it is published again');
    expect(isDone).toBe(true);
    expect(setsAt(NAME)).toEqual([]);
    expect(stack.published(OLD)).toEqual(['10.0.1.11']);
    expect(await pruned({ by: 'name', name: NAME })).toEqual({
      isDone: false,
      said: [`Nothing to do: "${OWNER}" does not keep ${NAME}.`],
    });
  });

  it('hands back all that the stage keeps, and leaves nothing of its owner', async () => {
    const { isDone } = await pruned({ by: 'all' });
    expect(isDone).toBe(true);
    expect(namesLeft()).toEqual([]);
    const again = await pruned({ by: 'all' });
    expect(again.isDone).toBe(true);
    expect(again.said).toContain(`Of "${OWNER}", nothing will be left in corp.internal.`);
  });

  it('leaves the revision where the function has taken a name meanwhile', async () => {
    const { isDone, said } = await pruned({ by: 'all' }, () => run({ name: 'new.corp.internal' }));
    expect(isDone).toBe(false);
    expect(said.at(-1)).toBe(
      `Not removed: the revision of "${OWNER}" in corp.internal: meanwhile it has taken new.corp.internal: run it again.`,
    );
    expect(namesLeft()).toContain('_consul-route53-updater.corp.internal.');
  });

  it('does nothing where the zone cannot be listed', async () => {
    stack.route53.faults.add({ kind: 'access-denied', operation: 'ListResourceRecordSets' });
    await expect(pruned(ORPHANS)).rejects.toThrow(/^listing the records of the hosted zone .*AccessDenied/);
  });
});
