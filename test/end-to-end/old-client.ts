import { accessSync, chmodSync, constants, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { APP } from './mariadb.ts';
import type { Host } from './network.ts';
import type { Page } from './page.ts';
import type { World } from './world.ts';

/** A client of the older set-up, with consul-template as a service of its system. */
export interface OldClient {
  readonly host: Host;
  /** Runs a block of the page there. */
  run(block: string): Promise<string>;
  /** The addresses of the bare name in its hosts file. */
  lines(): Promise<readonly string[]>;
}

/**
 * Makes such a client, with consul-template running.
 *
 * `sudo` and `systemctl` are stand-ins; `dig` and consul-template are where they are not on the PATH.
 */
export async function oldClient(world: World, page: Page, consul: Host): Promise<OldClient> {
  const { parts } = world;
  const host = await world.network.host('old-client', '10.77.0.40');
  const bin = join(host.folder, 'bin');
  mkdirSync(bin);
  const script = (name: string, text: string) => {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  };
  const isThere = (name: string) =>
    (parts.env['PATH'] ?? '').split(delimiter).some((folder) => isExecutable(join(folder, name)));
  writeFileSync(join(host.folder, 'hosts.ctmpl'), page['hosts.ctmpl'] ?? '');
  writeFileSync(join(host.folder, '.my.cnf'), `[client]\nuser=${APP.user}\npassword=${APP.password}\n`);
  script('sudo', 'exec "$@"');
  script('systemctl', systemctl(`${consul.address}:8500`));
  if (!isThere('mysql')) script('mysql', `exec '${parts.bin.mysql}' "$@"`);
  if (!isThere('dig')) script('dig', `exec '${process.execPath}' -e '${DIG}' "$2"`);
  if (!isThere('consul-template')) {
    script('consul-template', `exec '${process.execPath}' '${parts.own['consul-template']}' "$@"`);
  }
  const run = (block: string) =>
    host.run(parts.bin.sh, ['-ec', `export HOME='${host.folder}' PATH='${bin}':"$PATH"\n${block}`]);
  await run('systemctl enable --now consul-template');
  return {
    host,
    run,
    async lines() {
      const text = await host.run(parts.bin.sh, ['-c', 'cat /etc/hosts']);
      return [...text.matchAll(/^(\S+) rdsproxy$/gm)].map(([, address = '']) => address).sort();
    },
  };
}

/**
 * What systemd does to the unit; in the end it kills, since consul-template does not heed SIGTERM. The hosts file is a
 * mount here, which no other file can replace, so consul-template writes a copy of it.
 */
const systemctl = (consul: string) => `
pid="$HOME/consul-template.pid"
case "$*" in
  'enable --now consul-template')
    cp /etc/hosts "$HOME/hosts.rendered"
    consul-template -consul-addr ${consul} \\
      -template "$HOME/hosts.ctmpl:$HOME/hosts.rendered:cat $HOME/hosts.rendered >/etc/hosts" \\
      >"$HOME/consul-template.log" 2>&1 </dev/null &
    echo $! >"$pid" ;;
  'disable --now consul-template') kill -KILL "$(cat "$pid")" ;;
  *) exit 64 ;;
esac`;

/** As \`dig +short\` answers. */
const DIG =
  'require("node:dns").promises.resolve4(process.argv[1]).then((all) => console.log(all.join("\\n")))';

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
