import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { shippedSettings } from '../end-to-end/haproxy.ts';
import { type Parts, realParts } from '../end-to-end/parts.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));
const shipped = (file: string) => join(project, 'rdsproxy-node', file);

let parts: Parts | { unavailable: string };
let folder: string;

beforeAll(async () => {
  parts = await realParts();
  folder = await mkdtemp(join(tmpdir(), 'rdsproxy-node-'));
}, 400_000);

afterAll(() => rm(folder, { recursive: true }));

/** Runs one of the real programs. @returns its exit code and all that it wrote. */
async function run(
  context: TestContext,
  program: 'haproxy' | 'consul' | 'shellcheck',
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number; output: string }> {
  if ('unavailable' in parts) return context.skip(parts.unavailable);
  try {
    const options = { cwd: project, env: { ...parts.env, ...env }, timeout: 30_000 };
    const { stdout, stderr } = await promisify(execFile)(parts.bin[program], args, options);
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: number; stdout?: string; stderr?: string };
    if (typeof code !== 'number') throw error;
    return { code, output: `${stdout}${stderr}` };
  }
}

describe('haproxy.cfg', () => {
  const check = ['-c', '-V', '-f', shipped('haproxy.cfg')];
  const databases = {
    RDSPROXY_REPLICA_1: '10.0.1.1',
    RDSPROXY_REPLICA_2: '10.0.1.2',
    RDSPROXY_MASTER: '10.0.1.3',
  };

  it('is accepted without any variable set', async (context) => {
    const { code, output } = await run(context, 'haproxy', check);
    expect(output).toContain('Configuration file is valid');
    expect(code).toBe(0);
  });

  it('is accepted without a warning when the databases are addresses', async (context) => {
    const { code, output } = await run(context, 'haproxy', check, databases);
    expect(output).not.toMatch(/WARNING|ALERT/);
    expect(code).toBe(0);
  });

  it('takes every setting in rdsproxy.env from the environment', async (context) => {
    const text = await readFile(shipped('rdsproxy.env'), 'utf8');
    const names = [...text.matchAll(/^#?(RDSPROXY_\w+)=/gm)].map(([, name = '']) => name);
    expect(names.length).toBeGreaterThanOrEqual(9);
    const cfg = await readFile(shipped('haproxy.cfg'), 'utf8');
    for (const name of names) {
      // Only within double quotes does HAProxy expand a variable.
      expect(cfg).toMatch(new RegExp(`"[^"\\n]*\\$\\{?${name}\\b[^"\\n]*"`));
      // This one directive takes what is no number for 0, without a word.
      if (name.endsWith('MAXCONN')) continue;
      // No number, port or duration; and for a database, a name that resolves nowhere.
      const { output } = await run(context, 'haproxy', check, { ...databases, [name]: 'no-such.invalid' });
      expect(output, `${name} is not read`).toMatch(/ALERT|no-such\.invalid/);
    }
  });

  it('has the defaults that rdsproxy.env says', async () => {
    const cfg = await readFile(shipped('haproxy.cfg'), 'utf8');
    const text = await readFile(shipped('rdsproxy.env'), 'utf8');
    const told = [...text.matchAll(/^#?(RDSPROXY_\w+)=(.*)$/gm)].map(([, name, value]) => `${name} ${value}`);
    const set = [...cfg.matchAll(/^ +presetenv (\w+) +(\S+)$/gm)].map(
      ([, name, value]) => `${name} ${value}`,
    );
    expect(set.sort()).toEqual(told.sort());
    expect(Object.keys(shippedSettings())).toEqual([
      'RDSPROXY_REPLICA_1',
      'RDSPROXY_REPLICA_2',
      'RDSPROXY_MASTER',
    ]);
  });
});

describe("Consul's service definition", () => {
  for (const definition of ['rdsproxy.hcl', 'rdsproxy-http-check.hcl']) {
    it(`${definition} is valid`, async (context) => {
      const config = await mkdtemp(join(folder, 'consul-'));
      for (const file of [definition, 'consul-agent.hcl']) await cp(shipped(file), join(config, file));
      const agent = { data_dir: folder, bind_addr: '127.0.0.1' };
      await writeFile(join(config, 'agent.json'), JSON.stringify(agent));
      const { code, output } = await run(context, 'consul', ['validate', config]);
      expect(output).toContain('Configuration is valid');
      expect(code).toBe(0);
    });
  }
});

describe('shell scripts', () => {
  it('have nothing that shellcheck objects to', async (context) => {
    const { stdout } = await promisify(execFile)('git', ['ls-files', '-z'], { cwd: project });
    const files = stdout
      .split('\0')
      .filter((file) => file !== '' && !/\.(ts|json|md|cfg|hcl|sql)$/.test(file));
    const heads = await Promise.all(
      files.map(async (file) => ({ file, head: (await readFile(join(project, file), 'utf8')).slice(0, 30) })),
    );
    const scripts = heads.filter(({ head }) => /^#!.*\b(sh|bash)\n/.test(head)).map(({ file }) => file);
    expect(scripts).toContain('rdsproxy-node/check_haproxy.sh');
    const { code, output } = await run(context, 'shellcheck', scripts);
    expect(output).toBe('');
    expect(code).toBe(0);
  });
});
