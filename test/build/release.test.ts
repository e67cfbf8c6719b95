import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readStageFile } from '../../deploy/stage-file.ts';
import manifest from '../../package.json' with { type: 'json' };
import { shippedPackage } from '../deploy/packages.ts';
import { manyRecords } from '../deploy/site.ts';
import { copyProject, type Project } from '../deploy/sls.ts';
import { digestsOf } from '../support/digests.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let projects: readonly [Project, Project];
beforeAll(async () => {
  projects = [await copyProject(['cli']), await copyProject(['cli'])];
});
afterAll(() => Promise.all(projects?.map((project) => project.close()) ?? []));

/** Runs `npm run release` there; what it said, and the files that it made. */
async function release({ folder }: Project, stage: string, env: Readonly<Record<string, string>> = {}) {
  const args = ['--import', 'tsx', 'cli/release.ts', '--stage', stage];
  const said = await promisify(execFile)(process.execPath, args, {
    cwd: folder,
    env: { ...process.env, ...env },
  });
  const made = join(folder, 'release');
  const files = await Promise.all(
    (await readdir(made)).map(async (file) => [file, await readFile(join(made, file))] as const),
  );
  return { said, files: new Map(files) };
}

const ZIP = `consul-route53-updater-${manifest.version}.zip`;

describe('npm run release', () => {
  it('makes the same bytes in another folder, time zone and language, and a zip of what sls package has in its own', async () => {
    const [here, there] = projects;
    const first = await release(here, 'dev');
    const second = await release(there, 'dev', { TZ: 'Pacific/Kiritimati', LC_ALL: 'tr_TR.UTF-8' });
    expect(digestsOf(second.files)).toEqual(digestsOf(first.files));
    expect([...first.files.keys()].sort()).toEqual(
      [ZIP, `${ZIP}.sha256`, 'dev.cloudformation.json', 'dev.tf.json'].sort(),
    );
    const digest = createHash('sha256')
      .update(first.files.get(ZIP) ?? '')
      .digest('hex');
    expect(String(first.files.get(`${ZIP}.sha256`))).toBe(`${digest}  ${ZIP}\n`);
    expect(first.said.stdout.split('\n')[0]).toBe(join('release', ZIP));
    expect(first.said.stderr).toMatch(/^Written, but do not deploy it: \d values are still examples\.$/m);
    expect(first.said.stderr).toContain('stages/dev.yml: alarmEmail is still the example');
    expect(first.said.stdout).not.toContain('aws ');
    const packaged = await readFile((await shippedPackage()).zip);
    const contentOf = (zip: Uint8Array) => digestsOf(Object.entries(unzipSync(zip)));
    expect(contentOf(first.files.get(ZIP) ?? Buffer.of())).toEqual(contentOf(packaged));
  });

  it('makes a zip of its own for a stage with files, whose name follows its content', async () => {
    const [, project] = projects;
    const records = JSON.parse(manyRecords(70));
    const mine = {
      ...{ hostedZoneId: 'Z08345992R7HSH0ABCDEF', vpcId: 'vpc-0a1b2c3d4e5f60718' },
      ...{ subnetIds: 'subnet-0a1b2c3d4e5f60718', alarmEmail: 'operations@corp.test' },
    };
    const content = JSON.stringify({ ...readStageFile('dev').parameters, ...mine, records });
    await writeFile(join(project.folder, 'stages/many.yml'), content);
    const { files, said } = await release(project, 'many');
    const name = [...files.keys()].find((file) => file.includes('-many-') && file.endsWith('.zip')) ?? '';
    const zip = files.get(name) ?? Buffer.of();
    expect(JSON.parse(String(Buffer.from(unzipSync(zip)['dist/records.json'] ?? [])))).toEqual(records);
    expect(name).toContain(`-many-${createHash('sha256').update(zip).digest('hex').slice(0, 8)}.zip`);
    expect(said.stdout).toContain(`\naws s3 cp release/${name} s3://YOUR-BUCKET/\n`);
    expect(said.stdout).toContain(
      ' --region eu-west-1 --stack-name consul-route53-updater-many --template-file ',
    );
    expect(String(files.get('many.tf.json'))).toContain(name);
    expect(String(files.get('many.cloudformation.json'))).toContain(name);
  });
});
