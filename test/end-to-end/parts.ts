import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { realConsul } from '../real-parts/consul.ts';
import { bundlePrograms } from '../support/bundled-command.ts';

const run = promisify(execFile);
const install = fileURLToPath(new URL('../real-parts/install-proxy-parts', import.meta.url));

/** The real programs, and the environment that they run in. */
export interface Parts {
  readonly bin: Readonly<Record<Program, string>>;
  /** What each program calls itself, for the table. */
  readonly versions: Readonly<Record<'consul' | 'haproxy' | 'mariadb', string>>;
  /** PATH, and where the unpacked programs find their libraries. Nothing else of the developer's shell. */
  readonly env: Readonly<Record<string, string>>;
}

/** The same, with the programs in `hosts/`, which start in half the time as bundles. */
export interface BuiltParts extends Parts {
  /** The path of each by its name. */
  readonly own: Readonly<Record<OwnProgram, string>>;
}

const ownPrograms = ['aws', 'client', 'consul-template', 'lambda'] as const;
type OwnProgram = (typeof ownPrograms)[number];

/** @param folder where to build them. */
export async function withOwnPrograms(parts: Parts, folder: string): Promise<BuiltParts> {
  await bundlePrograms(
    ownPrograms.map((name) => `test/end-to-end/hosts/${name}.ts`),
    folder,
  );
  const paths = ownPrograms.map((name) => [name, join(folder, `${name}.mjs`)]);
  return { ...parts, own: Object.fromEntries(paths) };
}

const programs = [
  'consul',
  'haproxy',
  'mariadbd',
  'mysql',
  'ip',
  'curl',
  'sh',
  'unshare',
  'shellcheck',
  'script',
] as const;
export type Program = (typeof programs)[number];

/**
 * Finds the real programs, and gets those that are missing from Debian (`test/real-parts/`).
 *
 * @returns the programs, or the reason why they cannot be had, for `context.skip(reason)`.
 */
export async function realParts(): Promise<Parts | { unavailable: string }> {
  const consul = await realConsul();
  if ('unavailable' in consul) return consul;
  let unpacked: string;
  try {
    unpacked = (await run(install, { timeout: 300_000 })).stdout.trim();
  } catch (error) {
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    return { unavailable: `no real HAProxy and MariaDB: ${stderr.split('\n').at(-1) || String(error)}` };
  }
  const folders = [
    ...['usr/sbin', 'usr/bin', 'sbin', 'bin'].map((folder) => join(unpacked, folder)),
    ...(process.env['PATH'] ?? '').split(delimiter),
    ...['/usr/sbin', '/usr/bin', '/sbin', '/bin'],
  ].filter((folder) => existsSync(folder));
  const env = {
    PATH: folders.join(delimiter),
    // Only what this machine did not have is unpacked, so no library of the system is shadowed.
    LD_LIBRARY_PATH: libraryFolders(join(unpacked, 'usr/lib')).join(delimiter),
  };
  const found = programs.map(
    (program) => [program, program === 'consul' ? consul.bin : findIn(folders, program)] as const,
  );
  const missing = found.filter(([, path]) => path === undefined).map(([program]) => program);
  if (missing.length > 0) return { unavailable: `not on this machine: ${missing.join(', ')}` };
  const bin = Object.fromEntries(found) as Record<Program, string>;
  return {
    bin,
    env,
    versions: {
      consul: consul.version,
      haproxy: await versionOf(bin.haproxy, '-v', env),
      mariadb: await versionOf(bin.mariadbd, '--version', env),
    },
  };
}

/** Debian names the folder by the machine's architecture, such as `x86_64-linux-gnu`. */
function libraryFolders(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.includes('-linux-'))
    .map((name) => join(folder, name));
}

function findIn(folders: readonly string[], program: string): string | undefined {
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function versionOf(bin: string, option: string, env: Record<string, string>): Promise<string> {
  const { stdout } = await run(bin, [option], { env, timeout: 10_000 });
  return /\d+\.\d+\.\d+/.exec(stdout)?.[0] ?? 'unknown';
}
