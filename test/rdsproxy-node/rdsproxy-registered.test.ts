import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startHttpServer } from '../support/http-server.ts';

const folder = new URL('../../rdsproxy-node/', import.meta.url);
const TOKEN = '5c1a7a2e-0000-token-of-the-node';

/** Runs the script against an agent that answers so. @param token what the file of the credential has; none if absent. */
async function run(registered: number, reload = 200, token?: string) {
  const agent = await startHttpServer(({ path }) => ({
    status: path === '/v1/agent/reload' ? reload : registered,
    body: 'not printed',
  }));
  const credentials = await mkdtemp(join(tmpdir(), 'rdsproxy-registered-'));
  onTestFinished(() => rm(credentials, { recursive: true }));
  if (token !== undefined) await writeFile(join(credentials, 'consul-token'), token);
  const ran = await runAt(agent.url, { CREDENTIALS_DIRECTORY: credentials });
  const asked = agent.requests.map(({ method, path }) => `${method} ${path}`);
  const tokens = new Set(agent.requests.map(({ headers }) => headers['x-consul-token']));
  return { ...ran, asked, tokens: [...tokens] };
}

function runAt(CONSUL_HTTP_ADDR: string, env: Record<string, string> = {}) {
  return new Promise<{ code: number; output: string }>((resolve) => {
    const options = { env: { PATH: process.env['PATH'], CONSUL_HTTP_ADDR, ...env }, timeout: 20_000 };
    const script = fileURLToPath(new URL('rdsproxy_registered.sh', folder));
    execFile('sh', [script], options, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr }),
    );
  });
}

const LOOK = 'GET /v1/agent/service/rdsproxy';
const RELOAD = 'PUT /v1/agent/reload';

describe('rdsproxy_registered.sh', () => {
  it.each([
    ['does nothing while the service is registered', 200, 200, [LOOK], 0, ''],
    ['has the agent reload where it is not', 404, 200, [LOOK, RELOAD], 0, /^rdsproxy was not registered/],
    ['names the right that the token lacks to look', 403, 200, [LOOK], 1, /403: .*service:read/],
    ['names the right that it lacks to reload', 404, 403, [LOOK, RELOAD], 1, /403: .*agent:write/],
  ] as const)('%s', async (_, registered, reload, asked, code, output) => {
    const ran = await run(registered, reload, `${TOKEN}\n`);
    expect(ran).toMatchObject({ code, asked, tokens: [TOKEN], output: expect.stringMatching(output) });
    expect(ran.output).not.toContain(TOKEN);
  });

  it.each([
    ['no file', undefined],
    ['the file that systemd makes where there is none', '\n'],
  ])('asks without a token where there is %s', async (_, token) => {
    expect(await run(404, 200, token)).toMatchObject({ code: 0, asked: [LOOK, RELOAD], tokens: [undefined] });
  });

  it('leaves an agent that is away to the next minute', async () => {
    expect(await runAt('http://127.0.0.1:1')).toEqual({ code: 0, output: '' });
  });
});

describe('the units', () => {
  it.each(['haproxy-rdsproxy.conf', 'rdsproxy-registered.service'])(
    '%s does not run as root',
    async (unit) => {
      const text = await readFile(new URL(`systemd/${unit}`, folder), 'utf8');
      expect(text).toMatch(/^(DynamicUser=true|User=haproxy)$/m);
      expect(text).toMatch(/^CapabilityBoundingSet=$/m);
      expect(text).not.toMatch(/^User=root$/m);
    },
  );
});
