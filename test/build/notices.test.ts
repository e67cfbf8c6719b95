import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { NOTICES } from '../../build/bundle.ts';
import { bundledPackages, noticesOf } from '../../build/notices.ts';
import lock from '../../package-lock.json' with { type: 'json' };
import { builtBundle } from '../support/built-bundle.ts';

async function temporaryFolder(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'notices-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}

/** An output that holds so many bytes of each file. */
const output = (inputs: Readonly<Record<string, number>>) => ({
  ...{ bytes: 1, imports: [], exports: [] },
  inputs: Object.fromEntries(
    Object.entries(inputs).map(([path, bytesInOutput]) => [path, { bytesInOutput }]),
  ),
});

const manifest = (name: string, license = 'MIT') => JSON.stringify({ name, version: '1.0.0', license });

describe('the notices of what is bundled', () => {
  it('are in the bundle, with a text for each package, which the lock pins and the audit sees', async () => {
    const { folder, bundle } = await builtBundle();
    const notices = await readFile(join(folder, NOTICES), 'utf8');
    const root = dirname(dirname(import.meta.dirname));
    const packages = await bundledPackages(root, bundle.values());
    expect(packages.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['@aws-sdk/client-route-53', '@smithy/core', 'consul', 'valibot']),
    );
    const locked: Readonly<Record<string, { version?: string; integrity?: string; dev?: boolean }>> =
      lock.packages;
    for (const { name, version, license, texts } of packages) {
      expect(notices).toContain(`\n${name} ${version} (${license})\n`);
      for (const text of texts) expect(notices).toContain(text);
      const entry = locked[`node_modules/${name}`];
      expect(entry, name).toMatchObject({ version, integrity: expect.stringMatching(/^sha512-/) });
      expect(entry, `${name} is left out by npm audit --omit=dev`).not.toHaveProperty('dev');
    }
    expect(notices).not.toContain(root);
  });

  it('have each text once, and are the same whatever the order of the outputs', async () => {
    const root = await temporaryFolder({
      'node_modules/b/package.json': manifest('b'),
      'node_modules/b/LICENSE': 'Do as you like.\r\n',
      'node_modules/@x/a/package.json': manifest('@x/a'),
      'node_modules/@x/a/LICENSE.md': 'Do as you like.\n',
      'node_modules/@x/a/node_modules/c/package.json': manifest('c', 'MIT-0'),
      'node_modules/d/package.json': manifest('d'),
      'node_modules/d/license': 'Say who made it.',
      'node_modules/d/NOTICE.txt': 'It was d.',
    });
    const outputs = [
      output({ 'src/own.ts': 9, 'node_modules/d/index.js': 1, 'node_modules/@x/a/lib/index.js': 1 }),
      output({ 'node_modules/b/index.js': 1, 'node_modules/@x/a/node_modules/c/index.js': 1 }),
      // Nothing of it is left.
      output({ 'node_modules/unused/index.js': 0 }),
    ];
    const text = noticesOf(await bundledPackages(root, outputs));
    expect(text.match(/Do as you like/g)).toHaveLength(1);
    expect(text.match(/^\S+ 1\.0\.0 \(\S+\)$/gm)).toEqual([
      '@x/a 1.0.0 (MIT)',
      'b 1.0.0 (MIT)',
      'c 1.0.0 (MIT-0)',
      'd 1.0.0 (MIT)',
    ]);
    expect(text).toContain('It was d.\n\nSay who made it.');
    expect(noticesOf(await bundledPackages(root, outputs.toReversed()))).toBe(text);
  });

  it('are missed, before anything is deployed, where a package lacks a text that its licence asks for', async () => {
    const root = await temporaryFolder({ 'node_modules/a/package.json': manifest('a', 'Apache-2.0') });
    await expect(bundledPackages(root, [output({ 'node_modules/a/index.js': 1 })])).rejects.toThrow(
      'a 1.0.0 is bundled, and has no text of its licence, Apache-2.0',
    );
  });
});
