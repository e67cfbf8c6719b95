import { execFile } from 'node:child_process';
import { cp, mkdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { until } from '../support/until.ts';
import { DEADLINE } from './deadline.ts';
import type { Host } from './network.ts';
import type { Parts } from './parts.ts';
import type { RunningProgram } from './program.ts';

/** What the clients log in as. */
export const APP = { user: 'app', password: 'app', database: 'corp' } as const;
const REPLICATION = { user: 'replication', password: 'replication' } as const;

/** A MariaDB server on a host of its own. */
export interface Database {
  readonly host: Host;
  readonly serverId: number;
  /** Starts it with the data it had; returns once it answers. */
  start(): Promise<void>;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
  /** Runs statements as root on the host itself, and returns the rows as tab-separated lines. */
  sql(statements: string): Promise<string>;
}

/** One master and its replicas, with replication running. */
export interface Databases {
  readonly master: Database;
  readonly replicas: readonly Database[];
}

/**
 * Starts a master and replicas that follow it by GTID, with the client's user, the shipped monitoring user and one
 * row to read, all of which reach the replicas by replication alone.
 */
export async function startDatabases(
  parts: Parts,
  hosts: { master: Host; replicas: readonly Host[] },
  monitorUserSql: string,
): Promise<Databases> {
  const template = join(hosts.master.folder, 'template');
  await makeDataFolder(parts, template);
  const [master, ...replicas] = await Promise.all(
    [hosts.master, ...hosts.replicas].map(async (host, index) => {
      await cp(template, join(host.folder, 'data'), { recursive: true });
      return database(parts, host, index + 1);
    }),
  );
  if (!master) throw new Error('there is no master');
  await Promise.all([master, ...replicas].map((each) => each.start()));
  await master.sql(`
    CREATE USER '${REPLICATION.user}'@'%' IDENTIFIED BY '${REPLICATION.password}';
    GRANT REPLICATION SLAVE ON *.* TO '${REPLICATION.user}'@'%';
    CREATE DATABASE ${APP.database};
    CREATE USER '${APP.user}'@'%' IDENTIFIED BY '${APP.password}';
    GRANT SELECT ON ${APP.database}.* TO '${APP.user}'@'%';
    CREATE TABLE ${APP.database}.greeting (words VARCHAR(100));
    INSERT INTO ${APP.database}.greeting VALUES ('written on the master');
    ${monitorUserSql}`);
  await Promise.all(replicas.map((replica) => follow(replica, master)));
  return { master, replicas };
}

async function follow(replica: Database, master: Database): Promise<void> {
  await replica.sql(`
    CHANGE MASTER TO MASTER_HOST='${master.host.address}', MASTER_USER='${REPLICATION.user}',
      MASTER_PASSWORD='${REPLICATION.password}', MASTER_CONNECT_RETRY=1, MASTER_USE_GTID=slave_pos;
    START SLAVE;`);
  const caughtUp = async () =>
    (await replica.sql('SELECT @@gtid_slave_pos')) === (await master.sql('SELECT @@gtid_binlog_pos'));
  await until(caughtUp, { within: DEADLINE, every: 50, what: `${replica.host.name} has caught up` });
}

/** What mariadb-install-db does, without its search for a machine's own configuration. */
async function makeDataFolder(parts: Parts, folder: string): Promise<void> {
  await mkdir(folder);
  const share = shareOf(parts);
  const tables = await Promise.all(
    ['mysql_system_tables.sql', 'mysql_system_tables_data.sql'].map((file) =>
      readFile(join(share, file), 'utf8'),
    ),
  );
  // The anonymous users of a fresh server would take the place of ours.
  const anonymous = "DELETE FROM mysql.global_priv WHERE user = '';\n";
  const script = ['CREATE DATABASE mysql;\nUSE mysql;\n', ...tables, anonymous].join('\n');
  await new Promise<void>((done, failed) => {
    const args = [...commonOptions(parts, folder), '--bootstrap', '--skip-networking'];
    const child = execFile(
      parts.bin.mariadbd,
      args,
      { env: parts.env, timeout: DEADLINE },
      (error, _, stderr) =>
        error ? failed(new Error(`no data folder: ${stderr.slice(-2_000)}`, { cause: error })) : done(),
    );
    child.stdin?.end(script);
  });
}

function database(parts: Parts, host: Host, serverId: number): Database {
  const socket = join(host.folder, 'mysqld.sock');
  let program: RunningProgram | undefined;
  const options = [
    ...commonOptions(parts, join(host.folder, 'data')),
    ...[`--server-id=${serverId}`, `--bind-address=${host.address}`, `--socket=${socket}`],
    `--pid-file=${join(host.folder, 'mysqld.pid')}`,
    ...['--log-bin=binlog', '--log-slave-updates', '--gtid-strict-mode=1', '--relay-log=relay'],
    ...[
      '--skip-name-resolve',
      '--slave-net-timeout=5',
      '--sync-binlog=0',
      '--innodb-flush-log-at-trx-commit=2',
    ],
    // Small: three of them share a small machine.
    ...['--innodb-buffer-pool-size=16M', '--key-buffer-size=1M', '--performance-schema=off'],
  ];
  const sql = async (statements: string) =>
    (
      await host.run(parts.bin.mysql, [
        '--no-defaults',
        '-S',
        socket,
        '-u',
        'root',
        '-N',
        '-B',
        '-e',
        statements,
      ])
    ).trim();
  return {
    host,
    serverId,
    sql,
    async start() {
      program = await host.start(parts.bin.mariadbd, options);
      await until(() => sql('SELECT 1'), { within: DEADLINE, every: 50, what: `${host.name} answers` }).catch(
        (error: unknown) => {
          throw new Error(`${host.name} did not start\n${program?.log()}`, { cause: error });
        },
      );
    },
    kill: async () => program?.end('SIGKILL'),
  };
}

function commonOptions(parts: Parts, data: string): string[] {
  const base = resolve(parts.bin.mariadbd, '../..');
  return [
    ...['--no-defaults', '--user=root', `--basedir=${base}`, `--datadir=${data}`],
    // One that starts deletes the temporary tables of whoever shares the folder.
    `--tmpdir=${dirname(data)}`,
    ...[`--lc-messages-dir=${shareOf(parts)}`, '--innodb-log-file-size=8M', '--log-warnings=1'],
  ];
}

function shareOf(parts: Parts): string {
  return resolve(parts.bin.mariadbd, '../../share/mysql');
}
