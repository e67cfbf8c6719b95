import { chmodSync, copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { variablesOf } from '../../deploy/environment.ts';
import { readParameters } from '../../deploy/parameters.ts';
import { pathOfStage, readServiceName, readStageFile } from '../../deploy/stage-file.ts';
import { PARAMETERS } from '../deploy/site.ts';
import { bundledCommands } from '../support/bundled-command.ts';
import { until } from '../support/until.ts';
import { DEADLINE } from './deadline.ts';
import type { Updater } from './updater.ts';
import { type RECORD, STAGE, type World } from './world.ts';

/** Somebody with a checkout of this repository, at a shell in the VPC. */
export interface Operator {
  /** Writes the file of a stage. @param zoneId of its records; by default that of the VPC. */
  write(stage: string, records: readonly (typeof RECORD)[], zoneId?: string): void;
  /**
   * Runs commands, a line each, in a terminal at which each question is answered by yes.
   *
   * `sls` is a stand-in: it hands the function what the stage means, and is done once each record was decided.
   *
   * @returns what they wrote, with the exit code of each that is not 0.
   */
  run(lines: string): Promise<string>;
}

/** The one of each world. */
const operators = new WeakMap<World, Promise<Operator>>();

export function operatorOf(world: World): Promise<Operator> {
  const known = operators.get(world) ?? newOperator(world);
  operators.set(world, known);
  return known;
}

async function newOperator(world: World): Promise<Operator> {
  const { parts, aws } = world;
  const host = await world.network.host('operator', '10.77.0.50');
  const checkout = join(host.folder, 'checkout');
  for (const folder of ['bin', 'stages']) mkdirSync(join(checkout, folder), { recursive: true });
  copyFileSync(
    fileURLToPath(new URL('../../serverless.yml', import.meta.url)),
    join(checkout, 'serverless.yml'),
  );
  cpSync(await bundledCommands(), join(checkout, 'cli'), { recursive: true });
  // `npm run NAME -- …`
  const npm = `#!/bin/sh\nname=$2\nshift 3\nexec '${process.execPath}' "cli/$name.mjs" "$@"\n`;
  writeFileSync(join(checkout, 'bin/npm'), npm);
  chmodSync(join(checkout, 'bin/npm'), 0o755);
  const shell = [
    `cd '${checkout}'`,
    `export PATH="$PWD/bin:$PATH" NO_COLOR=1 AWS_ENDPOINT_URL_ROUTE_53='${aws.endpoint}'`,
    'export AWS_ACCESS_KEY_ID=AKIDEXAMPLE AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI',
    // What is typed does not end: at its end, `script` would wait two seconds.
    '[ -p typed ] || mkfifo typed',
    'exec 3<>typed && echo yes >&3',
    `'${parts.bin.script}' -qec "$0" /dev/null <&3 || echo "exit code $?"`,
  ].join('\n');
  const readOwn = (path: string) => readFileSync(join(checkout, path), 'utf8');
  const functions = new Map<string, Updater>([[STAGE, world.updater]]);

  async function deploy(stage: string): Promise<void> {
    const file = readStageFile(stage, readOwn);
    const variables = variablesOf(
      readParameters(file.parameters, [], readOwn),
      file,
      `${readServiceName(readOwn)}-${stage}`,
    );
    const began = Date.now();
    const known = functions.get(stage);
    await known?.deploy(
      world.nodes.map((node) => node.host),
      variables,
    );
    const updater = known ?? (await world.newUpdater(stage, '10.77.0.21', variables));
    functions.set(stage, updater);
    const names = (file.records as readonly (typeof RECORD)[]).map(({ name }) => name);
    const isDecided = (name: string) => updater.passes.some((pass) => pass.name === name && pass.at >= began);
    await until(() => names.every(isDecided), {
      within: DEADLINE,
      what: `each record of ${stage} was decided`,
    });
  }

  async function runLine(line: string): Promise<string> {
    const [, verb, stage = ''] = /^npx sls (deploy|remove) --stage (\S+)$/.exec(line) ?? [];
    if (verb === 'deploy') await deploy(stage);
    else if (verb === 'remove') await functions.get(stage)?.remove();
    else return (await host.run(parts.bin.sh, ['-c', shell, line])).replaceAll('\r', '');
    return '';
  }

  return {
    write(stage, records, hostedZoneId = aws.zoneId) {
      const consulAddr = world.nodes.map((node) => `http://${node.host.address}:8500`).join();
      const text = JSON.stringify({ ...PARAMETERS, consulAddr, hostedZoneId, records });
      writeFileSync(join(checkout, pathOfStage(stage)), text);
    },
    async run(lines) {
      let output = '';
      for (const line of lines.trim().split('\n')) output += await runLine(line.trim());
      return output;
    },
  };
}
