import { PARAMETER_OF as CONSUL_PARAMETER_OF } from './consul-parameters.ts';
import { withNearestKey } from './nearest.ts';
import type { Problem } from './parameters.ts';

/** What a stage calls each variable of the function. */
export const PARAMETER_OF: Readonly<Record<string, string>> = {
  CONSUL_HTTP_ADDR: 'consulAddr',
  HOSTED_ZONE_ID: 'hostedZoneId',
  ROUTE53_ROLE_ARN: 'route53RoleArn',
  ROUTE53_EXTERNAL_ID: 'route53ExternalId',
  WATCH_SECONDS: 'watchSeconds',
  OWNER_ID: 'ownerId',
  RECORDS: 'records',
  ...CONSUL_PARAMETER_OF,
};

/** Not what is to be exported: that is the shell's. */
const VARIABLE = /(?<!\bexport )\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*\b/g;

/**
 * A text of the function in the words of a stage's file.
 *
 * @param kept variables that keep their names, since they are not the file's.
 */
export function inStageWords(text: string, kept: ReadonlySet<string> = new Set()): string {
  return text.replace(VARIABLE, (word) => (kept.has(word) ? word : (PARAMETER_OF[word] ?? word)));
}

/**
 * A problem of the function's settings in the words of a stage's file; `undefined` for one that is about variables which
 * are not the file's.
 *
 * @param kept those variables.
 */
export function asStageProblem(problem: string, kept: ReadonlySet<string> = new Set()): Problem | undefined {
  const [variable] =
    problem.match(VARIABLE)?.filter((word) => word.includes('_') || word in PARAMETER_OF) ?? [];
  if (variable === undefined || !(variable in PARAMETER_OF) || kept.has(variable)) return undefined;
  const sentence = withNearestKey(inStageWords(problem, kept).replace(/^The /, 'the '));
  return { about: PARAMETER_OF[variable] ?? variable, sentence };
}
