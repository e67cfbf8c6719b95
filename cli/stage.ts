import { readFileSync } from 'node:fs';
import { variablesOf } from '../deploy/environment.ts';
import type { Deployed } from '../deploy/outputs.ts';
import { type Problem, readParameters } from '../deploy/parameters.ts';
import { placeholdersIn } from '../deploy/placeholders.ts';
import {
  located,
  readOwnFile,
  readServiceName,
  readStageFile,
  StageError,
  type StageFile,
} from '../deploy/stage-file.ts';
import { asStageProblem, inStageWords, PARAMETER_OF } from '../deploy/stage-words.ts';
import type { Composition } from '../handlers/update.ts';
import { type Environment, readSettings, type Settings } from '../src/settings/settings.ts';
import { SettingsError } from '../src/settings/settings-error.ts';

/** What a command works with: the settings of a stage or, without one, those of the shell. */
export interface Asked {
  /** The function's own variables, and what the shell has besides. */
  readonly env: Environment;
  readonly settings: Settings;
  /** The stage by its name; `undefined` where the shell alone says which records. */
  readonly stage: string | undefined;
  /** The stage's deployment, as AWS knows it; `undefined` without a stage. */
  readonly deployed: Deployed | undefined;
  /** What whoever asked should know of where the settings come from, as sentences. */
  readonly notes: readonly string[];
  /** A text of the function in the words in which its settings were written. */
  readonly words: (text: string) => string;
}

/** As for `sls`. */
const DEFAULT_STAGE = 'dev';

export const STAGE_OPTION = {
  stage: {
    value: 'NAME',
    what: 'the settings of stages/NAME.yml, as sls deploy --stage NAME has them',
  },
} as const;

/** What the function is composed of, to work with these settings. */
export const compositionOf = ({ env, deployed }: Asked): Pick<Composition, 'env' | 'aws'> => ({
  env,
  ...(deployed && { aws: { region: deployed.region } }),
});

/** Variables of which one is enough: if the shell has one of them, the stage's others do not count. */
const ONE_OF = [
  [
    ...['CONSUL_HTTP_TOKEN', 'CONSUL_HTTP_TOKEN_SSM', 'CONSUL_HTTP_TOKEN_SECRET'],
    ...['CONSUL_AUTH_METHOD', 'CONSUL_AUTH_SERVER_ID'],
  ],
  ...['CONSUL_CACERT', 'CONSUL_CLIENT_CERT', 'CONSUL_CLIENT_KEY'].map((name) => [
    name,
    `${name}_SSM`,
    `${name}_SECRET`,
  ]),
  ['RECORDS', 'RECORDS_FILE'],
];

/** What the shell may say in the place of a stage. */
const VARIABLES = [...new Set([...Object.keys(PARAMETER_OF), ...ONE_OF.flat()])];

/**
 * The settings that a command is to work with. Without a stage they are those of the shell, if it says which records;
 * otherwise those of the stage `dev`, as for `sls`. What the shell has wins over the stage.
 *
 * @param shell the environment of the process.
 * @throws StageError or SettingsError with a sentence for each problem, which names what was written where it was written.
 */
export function askedFor(
  stage: string | undefined,
  shell: Environment,
  readOwn: (path: string) => string = readOwnFile,
): Asked {
  const name = stageNamed(stage, shell);
  const has = (name: string) => Boolean(shell[name]?.trim());
  if (stage === undefined && (has('RECORDS') || has('RECORDS_FILE')))
    return {
      ...{ env: shell, settings: readSettings(shell, readText), stage, deployed: undefined },
      ...{ notes: [], words: (text) => text },
    };
  const service = `${readServiceName(readOwn)}-${name}`;
  const asked = fromStage(name, readStageFile(name, readOwn), service, shell, readOwn);
  if (stage !== undefined) return asked;
  return { ...asked, notes: [defaultStageNote(name), ...asked.notes] };
}

/** The stage that is meant: `dev` where none is said, as for `sls`. @throws StageError where npm took it away. */
export function stageNamed(stage: string | undefined, shell: Environment): string {
  // Without `--`, npm keeps the option for itself, and the command would look at another stage.
  const swallowed = shell['npm_config_stage'];
  if (stage === undefined && swallowed)
    throw new StageError([
      `npm took --stage for an option of its own: put -- before it, as in -- --stage ${swallowed}.`,
    ]);
  return stage ?? DEFAULT_STAGE;
}

/** Tells who named no stage which one it is. */
export const defaultStageNote = (name: string) => `This is the stage ${name}; --stage names another.`;

/** As `askedFor`, for a command that changes something, whose stage must be said. */
export function askedToChange(...[stage, shell, ...rest]: Parameters<typeof askedFor>): Asked {
  if (stage === undefined && !shell['npm_config_stage'])
    throw new StageError(['Say which stage is meant: --stage NAME.']);
  return askedFor(stage, shell, ...rest);
}

const readText = (path: string) => readFileSync(path, 'utf8');

function fromStage(
  stage: string,
  file: StageFile,
  service: string,
  shell: Environment,
  readOwn: (path: string) => string,
): Asked {
  const problems: Problem[] = [];
  const site = readParameters(file.parameters, problems, readOwn);
  const shells = VARIABLES.filter((name) => shell[name]?.trim());
  const replaced = new Set([
    ...shells,
    ...ONE_OF.filter((group) => group.some((name) => shells.includes(name))).flat(),
  ]);
  const own = Object.entries(variablesOf(site, file, service)).filter(([name]) => !replaced.has(name));
  const env: Environment = {
    ...shell,
    // What the scheme of an address is belongs to it, whoever gave it.
    ...(!replaced.has('CONSUL_HTTP_ADDR') && { CONSUL_HTTP_SSL: undefined }),
    ...Object.fromEntries(own),
    AWS_REGION: site.region,
  };
  problems.push(
    ...placeholdersIn(file).filter(
      ({ about }) =>
        (about === 'hostedZoneId' && !replaced.has('HOSTED_ZONE_ID')) ||
        (about.startsWith('records[') && !replaced.has('RECORDS')),
    ),
  );
  const sentences = problems.map((problem) => located(file, problem));
  let settings: Settings | undefined;
  try {
    settings = readSettings(env, readText);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    for (const text of error.problems) {
      const problem = asStageProblem(text, replaced);
      sentences.push(problem ? located(file, problem) : text);
    }
  }
  if (!settings || sentences.length > 0) throw new StageError(sentences);
  return {
    ...{ env, settings, stage, deployed: { service, stage, region: site.region } },
    notes: notesOn(file, shells, settings),
    words: (text) => inStageWords(text, replaced).replaceAll('--stage <stage>', `--stage ${stage}`),
  };
}

function notesOn({ path }: StageFile, shells: readonly string[], { consul }: Settings): readonly string[] {
  const { identity } = consul;
  return [
    ...(shells.length > 0
      ? [`${shells.join(', ')} of this shell ${shells.length === 1 ? 'wins' : 'win'} over ${path}.`]
      : []),
    ...(identity.by === 'aws-iam'
      ? [
          `Consul is asked for a login by the credentials of this shell. If its auth method "${identity.authMethod}" is for the function's role alone, set CONSUL_HTTP_TOKEN.`,
        ]
      : []),
  ];
}
