import type { Statement } from '../../deploy/policy.ts';

/** A request as IAM sees it: the values of each condition key. */
export interface IamRequest {
  readonly action: string;
  readonly resource: unknown;
  readonly keys: Readonly<Record<string, readonly string[]>>;
}

type Conditions = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** IAM knows `*` and `?` in a pattern, and no way to escape them but a policy variable. */
const like = (value: string, pattern: string) =>
  new RegExp(
    `^${pattern.replace(/[^*?]/g, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`).replace(/[*?]/g, (wild) => (wild === '*' ? '.*' : '.'))}$`,
    'su',
  ).test(value);

const OPERATORS: Readonly<Record<string, (value: string, pattern: string) => boolean>> = {
  'ForAllValues:StringEquals': (value, pattern) => value === pattern,
  'ForAllValues:StringLike': like,
};

/**
 * Whether IAM allows a request by these statements: one allows it, and none denies it.
 *
 * All conditions of a statement must hold, and each for every value of its key; a key that the request lacks counts as
 * one whose values all match. An operator that is not known here is an error, so that none is passed over.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
 */
export function isAllowed(statements: readonly Statement[], request: IamRequest): boolean {
  const matching = statements.filter(
    ({ Action, Resource, Condition }) =>
      Action.includes(request.action) &&
      [Resource].flat().some((each) => JSON.stringify(each) === JSON.stringify(request.resource)) &&
      holds((Condition ?? {}) as Conditions, request),
  );
  return matching.length > 0 && matching.every(({ Effect }) => Effect === 'Allow');
}

function holds(conditions: Conditions, { keys }: IamRequest): boolean {
  return Object.entries(conditions).every(([name, byKey]) => {
    const operator = OPERATORS[name];
    if (!operator) throw new Error(`the operator ${name} is not known here`);
    return Object.entries(byKey).every(([key, patterns]) =>
      (keys[key] ?? []).every((value) => patterns.some((pattern) => operator(value, pattern))),
    );
  });
}
