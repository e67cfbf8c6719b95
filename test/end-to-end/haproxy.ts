import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { until } from '../support/until.ts';
import { DEADLINE } from './deadline.ts';
import type { Host } from './network.ts';
import type { Parts } from './parts.ts';
import type { RunningProgram } from './program.ts';

const shipped = (file: string) => fileURLToPath(new URL(`../../rdsproxy-node/${file}`, import.meta.url));

/** HAProxy on a proxy node, with the shipped configuration and nothing else. */
export interface HaProxy {
  /** Starts it; returns once it is listening. */
  start(): Promise<void>;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
  /** Asks for a soft stop: it takes no new connections, and ends when the open ones have. */
  softStop(): void;
  running(): boolean;
  /** Waits until it has ended by itself. */
  ended(): Promise<void>;
  /** The databases that it finds well, by their names in its configuration. */
  up(): Promise<readonly string[]>;
  /** Whether its health URL says that it can serve. */
  healthy(): Promise<boolean>;
  log(): string;
}

/** The settings in the shipped rdsproxy.env, as systemd reads them. */
export function shippedSettings(): Record<string, string> {
  const lines = readFileSync(shipped('rdsproxy.env'), 'utf8').split('\n');
  return Object.fromEntries(lines.filter((line) => /^\w+=/.test(line)).map((line) => line.split(/=(.*)/, 2)));
}

/** HAProxy for a host, not yet started. The names of the databases are those in rdsproxy.env. */
export function proxyOn(parts: Parts, host: Host): HaProxy {
  let program: RunningProgram | undefined;
  const ask = (path: string, ...options: string[]) =>
    host.run(parts.bin.curl, ['-s', '-m', '10', ...options, `http://127.0.0.1:1919${path}`]);
  return {
    async start() {
      program = await host.start(parts.bin.haproxy, ['-db', '-f', shipped('haproxy.cfg')], shippedSettings());
      await until(() => ask('/health'), {
        within: DEADLINE,
        every: 50,
        what: `HAProxy on ${host.name} answers`,
      });
    },
    kill: async () => program?.end('SIGKILL'),
    softStop: () => program?.signal('SIGUSR1'),
    running: () => program?.running() ?? false,
    ended: async () => program?.ended(),
    async up() {
      const [header = '', ...rows] = (await ask('/;csv')).split('\n').map((line) => line.split(','));
      const status = header.indexOf('status');
      // One whose check has failed once is `UP 1/2`.
      const well = rows.filter((row) => row[0] === 'mysql_read' && row[status] === 'UP');
      return well.flatMap(([, name]) => (name && name !== 'BACKEND' ? [name] : []));
    },
    healthy: async () =>
      (await ask('/health', '-o', '/dev/null', '-w', '%{http_code}').catch(() => '')) === '200',
    log: () => program?.log() ?? '',
  };
}
