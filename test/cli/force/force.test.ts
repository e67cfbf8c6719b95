import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { force } from '../../../cli/force/force.ts';
import { plain } from '../../../cli/paint.ts';
import { context, NAME, records, type Stack, startStack } from '../../support/stack.ts';
import { askOf, OWNER } from '../support.ts';

const WEB = 'web.corp.internal';
const ADDRESSES = ['10.0.1.11', '10.0.1.12', '10.0.1.13'];

let stack: Stack;
beforeEach(async () => {
  stack = await startStack();
  for (const address of ADDRESSES) await stack.register(address);
  for (const address of ADDRESSES) await stack.register(address, 'passing', 'web');
  await stack.function({ OWNER_ID: OWNER, RECORDS: both })({}, context());
});
afterEach(() => stack.close());

const both = records({}, { service: 'web', name: WEB });

/** Forces a record, and says yes unless something else is done when asked. */
async function forced(
  record: string,
  onAsked: () => unknown = () => true,
  { env = { RECORDS: both }, zone }: { readonly env?: Record<string, string>; readonly zone?: string } = {},
) {
  const said: string[] = [];
  const { asked, outside } = askOf(stack, env);
  const isDone = await force(asked, record, zone, {
    ...{ outside, paint: plain, say: (line) => void said.push(line) },
    confirm: async (question) => {
      said.push(question);
      return (await onAsked()) !== false;
    },
  });
  return { isDone, said };
}

/** Most instances of both services vanish. */
async function vanish() {
  for (const service of ['rdsproxy', 'web'])
    for (const address of ADDRESSES.slice(1)) await stack.agent.deregister(`${service}-${address}`);
}

describe('npm run force', () => {
  it('shows what would go, asks, does it to that record alone, and shows what became of it', async () => {
    await vanish();
    const { isDone, said } = await forced(`${NAME}.`);
    const asked = said.indexOf('Do it now?');
    expect(said.slice(0, asked)).toEqual([
      `${NAME} A (rdsproxy): planned`,
      '  =   10.0.1.11 (consul-1: all 2 checks are passing)',
      '  -   10.0.1.12 (no longer registered)',
      '  -   10.0.1.13 (no longer registered)',
      '',
      '10.0.1.12, 10.0.1.13 will go, whether or not they are in use.',
    ]);
    expect(said.slice(asked + 1)).toEqual([
      expect.stringMatching(
        /^rdsproxy\.corp\.internal A: changed: remove 10\.0\.1\.12 .*; now 10\.0\.1\.11 published\.$/,
      ),
    ]);
    expect(isDone).toBe(true);
    expect(stack.published()).toEqual(['10.0.1.11']);
    expect(stack.published(WEB)).toEqual(ADDRESSES);
  });

  it('changes nothing without a yes', async () => {
    await vanish();
    const { isDone, said } = await forced(NAME, () => false);
    expect(said.at(-1)).toBe('Nothing was changed.');
    expect(isDone).toBe(false);
    expect(stack.published()).toEqual(ADDRESSES);
  });

  it('takes out no address that it did not show', async () => {
    await stack.agent.deregister('rdsproxy-10.0.1.13');
    const { isDone, said } = await forced(NAME, () => stack.agent.deregister('rdsproxy-10.0.1.12'));
    expect(isDone).toBe(false);
    expect(said.at(-1)).toBe(
      'Nothing was changed: 10.0.1.12 would go, too, which was not shown. Run it again, and look.',
    );
    expect(stack.published()).toEqual(ADDRESSES);
  });

  it('does not ask where there is nothing to do, or nothing that may be done', async () => {
    const nothing = await forced(NAME);
    expect(nothing.isDone).toBe(true);
    for (const address of ADDRESSES) await stack.setStatus(address, 'critical');
    const held = await forced(NAME);
    expect(held.isDone).toBe(false);
    expect(held.said.join('\n')).toContain('held, no-healthy-instances');
    expect(held.said.at(-1)).toBe(
      'force overrides "vanished" alone, and this is held by "no-healthy-instances".',
    );
    expect([...nothing.said, ...held.said]).not.toContain('Do it now?');
  });

  it('wants to know the zone where a name is in several', async () => {
    const twice = records({ zoneId: stack.zone.id }, { zoneId: 'Z2' });
    const env = { RECORDS: twice };
    await expect(forced(NAME, undefined, { env })).rejects.toThrow(
      `${NAME} is in several zones: add --zone ${stack.zone.id} or --zone Z2.`,
    );
    const { said } = await forced(NAME, undefined, { env, zone: `/hostedzone/${stack.zone.id}` });
    expect(said.at(-1)).toMatch(/^1 record .*: nothing to do\./);
    await expect(forced(NAME, undefined, { zone: 'Z3' })).rejects.toThrow(
      `There is no record ${NAME} in the zone Z3 in stages/dev.yml: there is ${NAME}, ${WEB}.`,
    );
  });

  it('reads the records from a file, too, if RECORDS is empty beside it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'force-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'records.json');
    await writeFile(file, both);
    expect((await forced(NAME, undefined, { env: { RECORDS: '', RECORDS_FILE: file } })).isDone).toBe(true);
  });

  it('names the records that there are, if it is none of them', async () => {
    await expect(forced('rdsprxy.corp.internal')).rejects.toThrow(
      `There is no record rdsprxy.corp.internal in stages/dev.yml: there is ${NAME}, ${WEB}.`,
    );
  });
});
