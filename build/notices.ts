import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

/** A package of which something is in the bundle. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** As SPDX has it. */
  readonly license: string;
  /** The texts that come with it, in the order of their files' names; none only where its licence asks for none. */
  readonly texts: readonly string[];
}

/** What licences and notices are called in packages. */
const NOTICE = /^(licen[cs]e|notice|copying)(\.(md|txt|markdown))?$/i;

/** Licences that do not ask for their text, by their names in https://spdx.org/licenses/. */
const WITHOUT_NOTICE: readonly string[] = ['MIT-0', '0BSD', 'CC0-1.0', 'Unlicense'];

/**
 * The packages of which something is in these outputs, by their paths.
 *
 * @param root the folder that the paths of the outputs' inputs start from.
 * @throws Error where one lacks the text that its licence asks for.
 */
export async function bundledPackages(
  root: string,
  outputs: Iterable<Metafile['outputs'][string]>,
): Promise<readonly BundledPackage[]> {
  const folders = new Set<string>();
  for (const { inputs } of outputs)
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const folder = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
      if (folder !== undefined && bytesInOutput > 0) folders.add(folder);
    }
  return await Promise.all([...folders].sort().map((folder) => readPackage(join(root, folder))));
}

async function readPackage(folder: string): Promise<BundledPackage> {
  const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const files = (await readdir(folder)).filter((file) => NOTICE.test(file)).sort();
  if (files.length === 0 && !WITHOUT_NOTICE.includes(license))
    throw new Error(`${name} ${version} is bundled, and has no text of its licence, ${license}`);
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  return { name, version, license, texts: texts.map((text) => text.replaceAll('\r\n', '\n').trim()) };
}

/** The notices as one text: each licence once, with the packages that it is of. The same for the same packages. */
export function noticesOf(packages: readonly BundledPackage[]): string {
  const groups = new Map<string, string[]>();
  for (const { name, version, license, texts } of packages) {
    const text = texts.join('\n\n') || 'No notice is asked for.';
    groups.set(text, [...(groups.get(text) ?? []), `${name} ${version} (${license})`]);
  }
  const line = '='.repeat(80);
  const sections = [...groups].map(([text, names]) => `${line}\n${names.join('\n')}\n${line}\n\n${text}\n`);
  return ['This package holds parts of the packages below, under their licences.\n', ...sections].join('\n');
}
