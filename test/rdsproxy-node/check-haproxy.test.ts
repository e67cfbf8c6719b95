import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const script = fileURLToPath(new URL('../../rdsproxy-node/check_haproxy.sh', import.meta.url));

/** Answers /200, /503 and so on with that status, and /hang never. */
let server: Server;
let origin: string;
let folder: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === '/hang') return;
    response.writeHead(Number(request.url?.slice(1))).end('text that the check does not print\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  folder = await mkdtemp(join(tmpdir(), 'check-haproxy-'));
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

/** Runs the check with these commands on its PATH and no others. */
async function check(
  path: string,
  options: { commands?: readonly string[]; env?: Record<string, string> } = {},
): Promise<{ code: number; output: string; took: number }> {
  const { commands = ['curl'], env = {} } = options;
  const bin = await mkdtemp(join(folder, 'bin-'));
  for (const command of commands) await symlink(find(command), join(bin, command));
  const began = performance.now();
  return new Promise((resolve) => {
    const settings = { PATH: bin, RDSPROXY_HEALTH_URL: origin + path, ...env };
    execFile(find('sh'), [script], { env: settings, timeout: 15_000 }, (error, stdout, stderr) => {
      const code = error ? Number(error.code) : 0;
      resolve({ code, output: stdout + stderr, took: performance.now() - began });
    });
  });
}

function find(command: string): string {
  const folders = `${process.env['PATH']}:/usr/bin:/bin`.split(delimiter);
  const found = folders.map((each) => join(each, command)).find(isExecutable);
  if (!found) throw new Error(`${command} is not on this machine`);
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** wget is in few minimal images; where it is missing, the script falls back to nothing but curl anyway. */
const clients = [['curl'], ['wget', 'timeout'], ['wget']].filter((commands) => {
  try {
    return commands.every(find);
  } catch {
    return false;
  }
});

describe.each(clients.map((commands) => ({ commands, name: commands.join(' and ') })))(
  'check_haproxy.sh with $name',
  ({ commands }) => {
    it('exits 0 when HAProxy is healthy, with one line', async () => {
      expect(await check('/200', { commands })).toMatchObject({
        code: 0,
        output: `passing: ${origin}/200\n`,
      });
    });

    // 404 and 429 too: whatever is not a plain yes is critical, and never the 1 that Consul reads as a warning.
    it.each(['/503', '/500', '/404', '/429'])('exits 2 on %s', async (path) => {
      const { code, output } = await check(path, { commands });
      expect(code).toBe(2);
      expect(output).toContain(`critical: ${origin}${path}`);
    });

    it('exits 2 when nothing listens', async () => {
      const env = { RDSPROXY_HEALTH_URL: 'http://127.0.0.1:1/health' };
      expect(await check('', { commands, env })).toMatchObject({ code: 2 });
    });

    it('exits 2 within its own time-out when HAProxy hangs', async () => {
      const { code, took } = await check('/hang', { commands, env: { RDSPROXY_CHECK_TIMEOUT: '1' } });
      expect(code).toBe(2);
      expect(took).toBeGreaterThan(900);
      expect(took).toBeLessThan(3_000);
    });

    it('asks HAProxy itself, past a proxy that the environment names', async () => {
      const env = { http_proxy: 'http://127.0.0.1:1', HTTP_PROXY: 'http://127.0.0.1:1' };
      expect(await check('/200', { commands, env })).toMatchObject({ code: 0 });
    });
  },
);

describe('check_haproxy.sh', () => {
  it('exits 2 without curl and wget', async () => {
    const { code, output } = await check('/200', { commands: [] });
    expect(code).toBe(2);
    expect(output).toContain('neither curl nor wget is installed');
  });

  it.each(['soon', '-1', '1.5'])('exits 2 when its time-out is "%s"', async (seconds) => {
    const { code, output } = await check('/200', { env: { RDSPROXY_CHECK_TIMEOUT: seconds } });
    expect(code).toBe(2);
    expect(output).toContain(`RDSPROXY_CHECK_TIMEOUT is "${seconds}", not a whole number of seconds`);
  });
});
