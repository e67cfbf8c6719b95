import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { unzipSync } from 'fflate';
import { inject } from 'vitest';
import { pathOfStage, readStageFile } from '../../deploy/stage-file.ts';
import { lowPriority } from '../support/low-priority.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

/** What an operator's checkout has of use to `sls`. */
const PARTS = [
  'serverless.yml',
  'package.json',
  'tsconfig.json',
  'stages',
  'build',
  'deploy',
  'src',
  'handlers',
];

export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

/** What `sls package` has made. */
export interface Packaged {
  /** The path of the template. */
  readonly template: string;
  readonly zip: string;
  /** Puts what is in the zip into a folder. */
  unpack(folder: string): Promise<void>;
  /** The template's resources by logical ID. */
  resources(): Promise<Readonly<Record<string, Resource>>>;
}

/** A package in a folder. */
export function packagedIn(folder: string): Packaged {
  const template = join(folder, 'cloudformation-template-update-stack.json');
  const zip = join(folder, 'consul-route53-updater.zip');
  return {
    ...{ template, zip },
    async unpack(target) {
      for (const [name, bytes] of Object.entries(unzipSync(await readFile(zip)))) {
        await mkdir(dirname(join(target, name)), { recursive: true });
        await writeFile(join(target, name), bytes);
      }
    },
    async resources() {
      const { Resources } = JSON.parse(await readFile(template, 'utf8')) as {
        Resources: Record<string, Resource>;
      };
      return Resources;
    },
  };
}

/**
 * A copy of the project, so that tests side by side never share dist/ or .serverless/; as a package it is what was packaged
 * there last.
 */
export interface Project extends Packaged {
  readonly folder: string;
  /** Runs `sls` there; rejects where it fails, with what it said. */
  sls(
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): Promise<{ readonly stdout: string; readonly stderr: string }>;
  /** Writes the file of a stage; its records are those that are shipped, if it names none. */
  writeStage(stage: string, content?: object): Promise<void>;
  close(): Promise<void>;
}

/**
 * Puts an empty bundle into a copy and has `sls` leave it as it is, for who looks at the template alone: making it takes a
 * third of the time of each package. package.test.ts and zip.test.ts have the real one.
 */
export async function withoutBuild(project: Project): Promise<Project> {
  await mkdir(join(project.folder, 'dist'));
  await writeFile(join(project.folder, 'dist/update.cjs'), '');
  await writeFile(join(project.folder, 'build/serverless-build.cjs'), 'module.exports = class {};');
  return project;
}

/** @param more folders that the test needs besides. */
export async function copyProject(more: readonly string[] = []): Promise<Project> {
  const parent = await mkdtemp(join(tmpdir(), 'project-'));
  const folder = join(parent, 'project');
  await mkdir(folder);
  await Promise.all(
    [...PARTS, ...more].map((part) => cp(join(root, part), join(folder, part), { recursive: true })),
  );
  // Beside it, where Node finds it too: `sls` looks at each file in the project's folder, again and again.
  await symlink(join(root, 'node_modules'), join(parent, 'node_modules'));
  return {
    ...packagedIn(join(folder, '.serverless')),
    folder,
    async sls(args, own = {}) {
      const env = {
        ...process.env,
        ...{ SLS_TELEMETRY_DISABLED: '1', CI: '1', ...own },
        NODE_COMPILE_CACHE: join(inject('scratch'), 'compiled'),
      };
      // What is compiled before it is called gets into the cache. Else each start would compile anew the 8 MB by which
      // Serverless checks serverless.yml, in half a second.
      const flags = ['--no-lazy', join(root, 'node_modules/.bin/sls')];
      const running = run(process.execPath, [...flags, ...args], { cwd: folder, env });
      lowPriority(running.child);
      return await running;
    },
    writeStage: (stage, content = {}) =>
      // JSON is YAML.
      writeFile(
        join(folder, pathOfStage(stage)),
        JSON.stringify({ records: readStageFile('dev').records, ...content }),
      ),
    close: () => rm(parent, { recursive: true, force: true }),
  };
}

/** `--param` for each parameter. */
export const asParams = (parameters: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(parameters).map(([name, value]) => `--param=${name}=${value}`);
