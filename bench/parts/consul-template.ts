import { execFile, spawn } from 'node:child_process';
import { type FSWatcher, watch } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { goTool } from '../../test/real-parts/go-tool.ts';
import { now } from '../clock.ts';
import { ended } from './stand-ins.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** consul-template as this project's own script builds it, with its version; or why there is none. */
export async function findConsulTemplate(): Promise<
  { readonly bin: string; readonly version: string } | { readonly unavailable: string }
> {
  const tool = await goTool('consul-template');
  if ('unavailable' in tool) return tool;
  const { stdout, stderr } = await promisify(execFile)(tool.bin, ['-version']);
  return { bin: tool.bin, version: /v\S+/.exec(stdout + stderr)?.[0] ?? 'of unknown version' };
}

/** A running consul-template that renders a hosts file, as an agent on a client would. */
export interface ConsulTemplate {
  readonly pid: number;
  /** Calls back with the addresses in the hosts file whenever it was rewritten. `at` is on the shared clock. */
  onRender(listener: (addresses: ReadonlySet<string>, at: number) => void): () => void;
  close(): Promise<void>;
}

/** Its own defaults: no `wait`, so that it renders at once; a stale read of any server, as it is shipped. */
export async function startConsulTemplate(
  bin: string,
  { consul, service, name }: { readonly consul: string; readonly service: string; readonly name: string },
): Promise<ConsulTemplate> {
  const folder = temporaryFolder('bench-consul-template-');
  const home = folder.path;
  const source = join(home, 'hosts.ctmpl');
  const hosts = join(home, 'hosts');
  await writeFile(source, `{{ range service "${service}" }}{{ .Address }} ${name}\n{{ end }}`);
  const child = spawn(
    bin,
    ['-consul-addr', consul.replace(/^http:\/\//, ''), '-template', `${source}:${hosts}`],
    {
      stdio: 'ignore',
    },
  );
  const killWithParent = () => void child.kill('SIGKILL');
  process.once('exit', killWithParent);
  const listeners = new Set<(addresses: ReadonlySet<string>, at: number) => void>();
  // It writes another file and renames it, so it is the folder that is told of it.
  const watcher: FSWatcher = watch(home, (_event, file) => {
    if (file !== 'hosts') return;
    const at = now();
    readFile(hosts, 'utf8').then(
      (text) => {
        const addresses = new Set(text.split('\n').flatMap((line) => line.split(' ')[0] || []));
        for (const listener of listeners) listener(addresses, at);
      },
      () => undefined,
    );
  });
  return {
    pid: child.pid ?? 0,
    onRender(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      watcher.close();
      await ended(child);
      process.off('exit', killWithParent);
      folder.remove();
    },
  };
}
