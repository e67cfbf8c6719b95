import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readOptions, USAGE } from './arguments.ts';
import { now } from './clock.ts';
import { describeMachine } from './machine.ts';
import { measure } from './measure.ts';
import { buildBundles } from './parts/bundles.ts';
import { makeCertificate } from './parts/certificate.ts';
import { findConsulTemplate } from './parts/consul-template.ts';
import { LAMBDA_PERIOD } from './parts/cpu-share.ts';
import { consulFor } from './parts/fleet.ts';
import { renderResults } from './results.ts';
import { PARTS } from './row.ts';
import { summarizeTargets } from './table.ts';

// Whatever is started has a listener of its own that ends it with this process.
process.setMaxListeners(100);

const here = fileURLToPath(new URL('.', import.meta.url));

/** Runs the parts that were asked for, one after the other, and prints what came of them. */
async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if ('problem' in options) {
    console.error(options.problem);
    return 1;
  }
  if (options.help) {
    console.log(USAGE);
    return 0;
  }
  const { parts, quick, node, cpuPeriod } = options;
  const start = now();
  const say = (line: string) =>
    console.error(`${((now() - start) / 1_000).toFixed(0).padStart(5)} s  ${line}`);
  const [consul, consulTemplate] = await Promise.all([
    consulFor(process.env, options.oldest),
    findConsulTemplate(),
  ]);
  const machine = await describeMachine(node, [
    'bin' in consul ? `Consul ${consul.version}` : `no real Consul: ${consul.unavailable}`,
    'bin' in consulTemplate
      ? `consul-template ${consulTemplate.version}`
      : `missing: ${consulTemplate.unavailable}`,
  ]);
  const [bundles, certificate] = await Promise.all([buildBundles(), makeCertificate()]);
  const takenAt = new Date();
  try {
    const { rows, plots, broken } = await measure(
      { bundles, certificate, node, cpuPeriod, quick, consul, consulTemplate, say },
      parts,
    );
    const took = now() - start;
    const text = renderResults({ rows, machine, takenAt, took, quick, plots });
    console.log(text);
    // Part of a table, or a hasty one, does not take the place of a whole one, and no other machine that of Lambda.
    const isWhole =
      !quick &&
      cpuPeriod === LAMBDA_PERIOD &&
      broken.length === 0 &&
      parts.length === Object.keys(PARTS).length;
    if (isWhole) {
      await writeFile(join(here, 'RESULTS.md'), text);
      for (const { file, svg } of plots) await writeFile(join(here, file), svg);
      say('written to bench/RESULTS.md');
    } else say('not written: only a whole run is, that is not quick and has the period of Lambda');
    say(summarizeTargets(rows));
    if (broken.length > 0) say(`could not be measured: ${broken.join(', ')}`);
    return broken.length > 0 ? 1 : 0;
  } finally {
    bundles.remove();
    certificate.remove();
  }
}

// What was started ends with this process, however it ends: each part sees to it when the process exits.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
process.exitCode = await main(process.argv.slice(2));
