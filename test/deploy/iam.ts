import type { Statement, Value } from '../../deploy/policy.ts';

/** A request as IAM sees it: what it is about, and the values of each condition key. */
export interface IamRequest {
  readonly action: string;
  /** An ARN, or `*` where a right is asked for without one. */
  readonly resource: string;
  readonly keys?: Keys;
}

export type Keys = Readonly<Record<string, readonly string[]>>;
type Conditions = Readonly<Record<string, Readonly<Record<string, Value | readonly Value[]>>>>;

/** What the pseudo parameters of the stack stand for here. */
const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'eu-west-1',
  'AWS::AccountId': '123456789012',
};

/** The ARN of something in the stack's Region and account. */
export const arnOf = (service: string, resource: string) =>
  `arn:aws:${service}:eu-west-1:123456789012:${resource}`;

/** A value of a template as CloudFormation resolves it; what the stack creates is named after its logical ID. */
export function resolved(value: Value): string {
  if (typeof value === 'string') return value;
  const [[call, argument] = []] = Object.entries(value);
  if (call === 'Ref') return `ref-of-${argument}`;
  if (call === 'Fn::GetAtt')
    return `${(argument as readonly string[])[1]}-of-${(argument as readonly string[])[0]}`;
  if (call !== 'Fn::Sub') throw new Error(`the function ${call} is not known here`);
  const [text, own] = [argument].flat() as [string, Readonly<Record<string, Value>>?];
  return text.replace(/\$\{([^}]+)\}/g, (_, name: string) => {
    const found = PSEUDO[name] ?? own?.[name];
    if (found === undefined) throw new Error(`nothing is known of \${${name}}`);
    return resolved(found);
  });
}

/** IAM knows `*` and `?` in a pattern, and no way to escape them but a policy variable. */
const like = (value: string, pattern: string) =>
  new RegExp(
    `^${pattern.replace(/[^*?]/g, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`).replace(/[*?]/g, (wild) => (wild === '*' ? '.*' : '.'))}$`,
    'su',
  ).test(value);

type Operator = (values: readonly string[] | undefined, patterns: readonly string[]) => boolean;

const equals = (value: string, pattern: string) => value === pattern;
/** A key that the request lacks is no match. */
const one =
  (matches: typeof equals): Operator =>
  ([value, more] = [], patterns) => {
    if (more !== undefined) throw new Error('a key of several values needs ForAllValues or ForAnyValue');
    return value !== undefined && patterns.some((pattern) => matches(value, pattern));
  };
/** A key that the request lacks counts as one whose values all match. */
const all =
  (matches: typeof equals): Operator =>
  (values = [], patterns) =>
    values.every((value) => patterns.some((pattern) => matches(value, pattern)));

/** ArnEquals takes wildcards, too: it is the same as ArnLike. */
const OPERATORS: Readonly<Record<string, Operator>> = {
  StringEquals: one(equals),
  Bool: one(equals),
  ArnEquals: one(like),
  ArnLike: one(like),
  'ForAllValues:StringEquals': all(equals),
  'ForAnyValue:StringEquals': (values = [], patterns) => values.some((value) => patterns.includes(value)),
  'ForAllValues:StringLike': all(like),
  // Of a key without values, too: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Null
  Null: (values = [], [isMissing]) => (values.length === 0) === (isMissing === 'true'),
};

/**
 * Whether IAM allows a request by these statements of a role: one allows it, and none denies it.
 *
 * All conditions of a statement must hold. An operator that is not known here is an error, so that none is passed over.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
 */
export function isAllowed(statements: readonly Statement[], request: IamRequest): boolean {
  const matching = statements.filter(
    ({ Action, Resource, Condition = {} }) =>
      [Action].flat().some((pattern) => like(request.action, pattern)) &&
      [Resource].flat().some((each) => like(request.resource, resolved(each))) &&
      holds(Condition as Conditions, request),
  );
  return matching.length > 0 && matching.every(({ Effect }) => Effect === 'Allow');
}

function holds(conditions: Conditions, { keys = {} }: IamRequest): boolean {
  return Object.entries(conditions).every(([name, byKey]) => {
    const operator = OPERATORS[name];
    if (!operator) throw new Error(`the operator ${name} is not known here`);
    return Object.entries(byKey).every(([key, patterns]) =>
      operator(
        keys[key],
        [patterns].flat().map((pattern) => resolved(pattern)),
      ),
    );
  });
}
