import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findConsul } from '../../emulators/real-consul/find.ts';

const script = fileURLToPath(new URL('../real-parts/install-go-tool', import.meta.url));

/** Builds the current Consul unless it is there, and makes it the one that all tests of this run find. */
export async function setup(): Promise<void> {
  const building = promisify(execFile)(script, ['consul-latest'], { timeout: 3_600_000 });
  building.child.stderr?.pipe(process.stderr);
  // execFile's own error repeats the command; the script's last line, printed by now, says what is wrong.
  const { stdout } = await building.catch(() => {
    throw new Error('There is no current Consul to test with.');
  });
  const consul = await findConsul({ CONSUL_BIN: stdout.trim() });
  if ('unavailable' in consul) throw new Error(consul.unavailable);
  process.env['CONSUL_BIN'] = consul.bin;
  console.log(`Consul ${consul.version}`);
}
