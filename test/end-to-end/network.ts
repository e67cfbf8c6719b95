import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DEADLINE } from './deadline.ts';
import type { Parts } from './parts.ts';
import { type RunningProgram, startProgram } from './program.ts';

const execute = promisify(execFile);
const janitor = fileURLToPath(new URL('./janitor', import.meta.url));

/** A host of its own: a network namespace with one address, a host name, a resolv.conf and a hosts file. */
export interface Host {
  readonly name: string;
  readonly address: string;
  /** A folder of its own, gone after the run. */
  readonly folder: string;
  /** Starts a program on it. */
  start(
    command: string,
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): Promise<RunningProgram>;
  /** Runs a command on it to its end. @throws Error with its output when it fails. */
  run(command: string, args: readonly string[], options?: { within?: number }): Promise<string>;
  /** Pulls the cable: no packet leaves or reaches it. */
  cut(): Promise<void>;
  /** Plugs the cable in again. */
  heal(): Promise<void>;
}

/** A switch with hosts on it, apart from the machine's own network. */
export interface Network {
  host(name: string, address: string): Promise<Host>;
  /** Ends every process on the hosts, and takes away the hosts, the switch and their folders. */
  close(): Promise<void>;
}

/**
 * Makes an empty network: a bridge in a namespace of its own, so that no interface, address or route of the machine
 * changes. Names are of this run alone, so that two runs side by side do not meet.
 *
 * @param resolver the address of the name server in each host's resolv.conf.
 * @throws Error when namespaces are not permitted, with nothing left behind.
 */
export async function createNetwork(parts: Parts, resolver: string): Promise<Network> {
  const run = `e2e-${process.pid}-${randomBytes(2).toString('hex')}`;
  const folder = mkdtempSync(join(tmpdir(), 'end-to-end-'));
  // It outlives this process by a moment: in a session of its own, no Ctrl-C reaches it.
  const cleaner = spawn(parts.bin.sh, [janitor], {
    detached: true,
    env: parts.env,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const cleaned = once(cleaner, 'exit');
  cleaner.stdin.on('error', () => undefined);
  const remember = (kind: 'netns' | 'folder', value: string) => cleaner.stdin.write(`${kind} ${value}\n`);
  const ip = (...args: string[]) => execute(parts.bin.ip, args, { env: parts.env, timeout: DEADLINE });
  const close = async () => {
    cleaner.stdin.end();
    await cleaned;
  };

  async function namespace(name: string): Promise<string> {
    const full = `${run}-${name}`;
    remember('netns', full);
    await ip('netns', 'add', full);
    return full;
  }

  remember('folder', folder);
  try {
    const bridge = await namespace('switch');
    await ip('-n', bridge, 'link', 'add', 'name', 'br0', 'type', 'bridge');
    await ip('-n', bridge, 'link', 'set', 'dev', 'br0', 'up');
    return {
      close,
      async host(name, address) {
        const own = await namespace(name);
        const home = join(folder, name);
        mkdirSync(home);
        mkdirSync(`/etc/netns/${own}`, { recursive: true });
        writeFileSync(`/etc/netns/${own}/resolv.conf`, `nameserver ${resolver}\n`);
        writeFileSync(`/etc/netns/${own}/hosts`, '127.0.0.1 localhost\n');
        const peer = ['peer', 'name', 'eth0', 'netns', own];
        await ip('-n', bridge, 'link', 'add', 'name', name, 'up', 'master', 'br0', 'type', 'veth', ...peer);
        await ip('-n', own, 'address', 'add', `${address}/16`, 'dev', 'eth0');
        await ip('-n', own, 'link', 'set', 'dev', 'lo', 'up');
        await ip('-n', own, 'link', 'set', 'dev', 'eth0', 'up');
        return onHost({ parts, name, address, folder: home, namespace: own, bridge, ip });
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Whether this process may make network namespaces and bridges.
 *
 * @returns the reason why not, for `context.skip(reason)`; undefined if it may.
 */
export async function namespacesForbidden(parts: Parts): Promise<string | undefined> {
  try {
    const network = await createNetwork(parts, '10.77.0.2');
    try {
      const host = await network.host('trial', '10.77.0.99');
      await host.run(parts.bin.sh, ['-c', 'true']);
    } finally {
      await network.close();
    }
    return undefined;
  } catch (error) {
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    return `network namespaces are not permitted here (they need root): ${stderr || error}`;
  }
}

interface Place {
  parts: Parts;
  name: string;
  address: string;
  folder: string;
  namespace: string;
  bridge: string;
  ip: (...args: string[]) => Promise<unknown>;
}

function onHost({ parts, name, address, folder, namespace, bridge, ip }: Place): Host {
  // Each of these replaces itself by the next, so that the pid is the program's own. The host name is set in a UTS
  // namespace of the program's, or it would be the machine's.
  const wrap = (command: string, args: readonly string[]) => [
    ...['netns', 'exec', namespace, parts.bin.unshare, '--uts', parts.bin.sh, '-c'],
    ...['echo "$0" >/proc/sys/kernel/hostname && exec "$@"', name, command, ...args],
  ];
  return {
    name,
    address,
    folder,
    start: (command, args, env = {}) =>
      startProgram(parts.bin.ip, wrap(command, args), { ...parts.env, ...env }),
    async run(command, args, { within = DEADLINE } = {}) {
      const { stdout } = await execute(parts.bin.ip, wrap(command, args), {
        env: parts.env,
        timeout: within,
      });
      return stdout;
    },
    cut: async () => void (await ip('-n', bridge, 'link', 'set', 'dev', name, 'down')),
    heal: async () => void (await ip('-n', bridge, 'link', 'set', 'dev', name, 'up')),
  };
}
