import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { onceARun } from './once-a-run.ts';

async function newScratch(): Promise<string> {
  const scratch = await mkdtemp(join(tmpdir(), 'scratch-'));
  onTestFinished(() => rm(scratch, { recursive: true }));
  return scratch;
}

it('makes it once, and whole before anybody has it', async () => {
  const scratch = await newScratch();
  let calls = 0;
  const ask = () =>
    onceARun(
      'thing',
      async (folder) => {
        calls++;
        await writeFile(join(folder, 'one'), '1');
        await new Promise(setImmediate);
        await writeFile(join(folder, 'two'), '2');
      },
      scratch,
    );
  const asked = await Promise.all([ask(), ask(), ask()]);
  asked.push(await ask());
  expect(new Set(asked).size).toBe(1);
  expect(await readdir(asked[0] ?? '')).toEqual(['one', 'two']);
  expect(calls).toBe(1);
});

it('makes each thing', async () => {
  const scratch = await newScratch();
  const make = (name: string) =>
    onceARun(name, (folder) => writeFile(join(folder, 'name'), name), scratch).then((folder) =>
      readFile(join(folder, 'name'), 'utf8'),
    );
  expect(await Promise.all([make('one'), make('other')])).toEqual(['one', 'other']);
});

it('fails for everybody where it cannot be made', async () => {
  const scratch = await newScratch();
  const ask = () => onceARun('thing', () => Promise.reject(new Error('no room')), scratch);
  const [first, ...others] = await Promise.allSettled([ask(), ask()]);
  const reasons = [first, ...others, ...(await Promise.allSettled([ask()]))].map(
    (result) => result?.status === 'rejected' && String(result.reason),
  );
  expect(reasons.filter((reason) => reason === 'Error: no room')).toHaveLength(1);
  expect(reasons.filter((reason) => String(reason).includes('failed in another test file'))).toHaveLength(2);
});
