import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { beforeAll, describe, expect, it } from 'vitest';
import { STEPS } from '../../cli/demo/steps.ts';
import { realConsul } from '../real-parts/consul.ts';
import { bundledCommand } from '../support/bundled-command.ts';
import { runScript, type Script, startScript } from '../support/script.ts';
import { until } from '../support/until.ts';

/** What follows a label in the lines that tell where everything is. */
function place({ stdout }: Script, label: string): string {
  return new RegExp(`^ {2}${label} +(.*)$`, 'm').exec(stdout())?.[1] ?? '';
}

describe('npm start', () => {
  /** What all but the first test run: it starts faster than what npm runs. */
  let bundle: string;
  beforeAll(async () => {
    bundle = await bundledCommand('start');
  });

  it('shows every step, and succeeds', async () => {
    const start = performance.now();
    const { code, stdout, stderr } = await runScript('cli/start.ts', ['--stand-in']);
    expect(performance.now() - start).toBeLessThan(30_000);
    expect(stderr).toBe('');
    for (const { title, expected } of STEPS) {
      const line = stdout.split('\n').find((each) => each.includes(title));
      expect(line).toMatch(/^✓ .* [\d,]+ ms$/);
      expect(line).toContain(` ${expected.addresses.join(', ')} `);
    }
    expect(stdout).toMatch(
      /no-healthy-instances {2}none of the 2 instances .*; kept 10\.0\.2\.11\.\n {4}remedy: /,
    );
    expect(stdout).toMatch(/address-not-allowed {2}.*169\.254\.169\.254 .*\n {4}remedy: /);
    expect(stdout).toMatch(/\nAll 8 steps were as expected, in [\d,]+ ms/);
    expect(stdout).not.toContain('{"level"');
    expect(code).toBe(0);
  });

  it('does the same with a real Consul, and with --verbose prints the log', async (context) => {
    const binary = await realConsul();
    if ('unavailable' in binary) return context.skip(binary.unavailable);
    const { code, stdout, stderr } = await runScript(bundle, ['--verbose'], {
      CONSUL_BIN: binary.bin,
    });
    expect(stderr).toBe('');
    expect(stdout).toContain(`a real cluster of two servers, version ${binary.version} (${binary.bin})`);
    expect(stdout).toMatch(/^\{"level":"info","message":"rdsproxy\.corp\.internal A changed: add /m);
    expect(stdout).toContain('All 8 steps were as expected');
    expect(code).toBe(0);
  }, 200_000);

  it('leaves the stack running with --keep, until Ctrl-C', async () => {
    const script = startScript(bundle, ['--stand-in', '--keep']);
    await until(() => script.stdout().includes('npm run prune '), {
      within: 20_000,
      what: 'the lines to try',
    });
    const [, server, port] = /^dig @(\S+) -p (\d+) /.exec(place(script, 'resolve')) ?? [];
    const resolver = new Resolver({ timeout: 1_000, tries: 2 });
    resolver.setServers([`${server}:${port}`]);
    const resolve = async () => (await resolver.resolve4('rdsproxy.corp.internal')).sort();
    expect(await resolve()).toEqual(['10.0.1.11', '10.0.2.11']);

    const environment = [...place(script, 'first').matchAll(/(\w+)=(?:'([^']*)'|(\S+))/g)];
    const env = Object.fromEntries(
      environment.map(([, name = '', quoted, bare]) => [name, quoted ?? bare ?? '']),
    );
    const examined = await runScript(await bundledCommand('doctor'), [], env);
    expect(examined.stdout).toMatch(/all is well\. Nothing was changed\.\n$/);
    const words = place(script, 'vanished').split(' ').slice(4);
    const forced = await runScript(await bundledCommand('force'), words, env);
    expect(forced.stdout).toMatch(/^1 record \(1 unchanged\): nothing to do\./m);

    const [, body, url] = /-d '(.*)' (\S+)$/.exec(place(script, 'fail node-2')) ?? [];
    await fetch(url ?? '', { method: 'PUT', body: body ?? '' });
    await until(async () => (await resolve()).join() === '10.0.1.11', { what: 'the record without node-2' });
    await until(() => /changed: remove 10\.0\.2\.11 /.test(script.stdout()), { what: 'a line about it' });

    script.child.kill('SIGINT');
    expect(await script.ended).toBe(0);
    expect(script.stdout().trimEnd()).toMatch(/\nStopping\.$/);
    expect(script.stderr()).toBe('');
    await expect(resolve()).rejects.toThrow();
    await expect(fetch(url ?? '')).rejects.toThrow();
  });

  it('stops everything when Ctrl-C comes before the end', async () => {
    const script = startScript(bundle, ['--stand-in']);
    await once(script.child.stdout, 'data');
    script.child.kill('SIGINT');
    expect(await script.ended).toBe(130);
    expect(script.stdout()).not.toContain('All 8 steps');
    expect(script.stderr()).toBe('');
  });

  it.each([
    { args: ['--keap'], env: {}, says: /^There is no option --keap: see --help\.\n$/ },
    { args: [], env: { CONSUL_BIN: '/nonexistent/consul' }, says: /^CONSUL_BIN is of no use: .*\n$/ },
  ])('says in a sentence what is wrong with $args $env', async ({ args, env, says }) => {
    const { code, stderr } = await runScript(bundle, args, env);
    expect(stderr).toMatch(says);
    expect(code).toBe(1);
  });
});
