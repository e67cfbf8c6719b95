import './quiet-sdk.ts';
import { once } from 'node:events';
import { DEFAULT_WATCH_SECONDS } from '../src/settings/settings.ts';
import { describeOptions, type Given } from './arguments.ts';
import { runCommand } from './command.ts';
import { chooseConsul } from './demo/demo-consul.ts';
import { renderPlaces, tellChanges, tidy } from './demo/keep.ts';
import { formatMs } from './demo/render-step.ts';
import { runSteps } from './demo/run-steps.ts';
import { RECORD_NAME, startStage, WATCH_SECONDS, ZONE_NAME } from './demo/stage.ts';
import { STEPS } from './demo/steps.ts';
import { COMMANDS } from './options.ts';
import { paintFor } from './paint.ts';

const OPTIONS = COMMANDS.start;

const HELP = `npm start -- [options]

Shows the main job on this machine, with nothing to install and no account: nodes come, fail and come back in Consul,
the function updates a private hosted zone, and the name is resolved over DNS. Everything listens on loopback only.
Uses a real Consul if there is one: CONSUL_BIN, else consul on PATH, else the one in .real-parts.

${describeOptions(OPTIONS)}

Exit code: 0 if every step was as expected, 1 if not, 130 if Ctrl-C ended it before.`;

/** Milliseconds that a step may take. */
const STEP_WITHIN = 5_000;

const paint = paintFor(process.stdout);
const say = (line = '') => console.log(line);
const row = (what: string, text: string) => say(`  ${paint.dim(what.padEnd(10))}${text}`);

async function main(given: Given<typeof OPTIONS>, signal: AbortSignal): Promise<number> {
  say(paint.bold('From Consul to Route 53 to DNS, on this machine'));
  say();
  const choice = await chooseConsul({ env: process.env, standIn: given.has('stand-in') });
  row('Consul', choice.description);
  const start = performance.now();
  const stage = await startStage(choice, (level, message, fields) => {
    if (given.has('verbose')) say(paint.dim(JSON.stringify({ level, message, ...fields })));
  });
  try {
    signal.throwIfAborted();
    if (stage.consulDescription !== choice.description) row('', `${stage.consulDescription} instead`);
    row('Route 53', `a stand-in for its API, with the private hosted zone ${ZONE_NAME}`);
    row('DNS', `${stage.names.dns.address}:${stage.names.dns.port}, answers from the records of that zone`);
    row('Function', `keeps ${RECORD_NAME}: one invocation after the other, each watching Consul for`);
    row('', `${WATCH_SECONDS} s (in AWS, one a minute that watches for ${DEFAULT_WATCH_SECONDS} s)`);
    row('', `all up after ${formatMs(performance.now() - start)} ms`);
    say();
    const asExpected = await runSteps(STEPS, stage, { within: STEP_WITHIN, signal, paint, say });
    if (given.has('keep')) {
      await tidy(stage);
      say();
      for (const line of renderPlaces(stage, paint)) say(line);
      tellChanges(stage, (line) => {
        // While the parts stop one after the other, the function reports errors.
        if (!signal.aborted) say(line);
      });
      if (!signal.aborted) await once(signal, 'abort');
      say('Stopping.');
    }
    return asExpected ? 0 : 1;
  } finally {
    await stage.close();
  }
}

const stop = new AbortController();
// Not `once`: for one Ctrl-C the terminal, npm and tsx each send a SIGINT.
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => stop.abort());
await runCommand({
  options: OPTIONS,
  help: HELP,
  run: (given) =>
    main(given, stop.signal).catch((error: unknown) => {
      if (stop.signal.aborted) return 130;
      throw error;
    }),
});
