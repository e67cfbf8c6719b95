import type { Resources } from './network.ts';
import { FUNCTION, type Stack } from './template.ts';
import { type Blocks, KINDS, type Part } from './terraform-kinds.ts';

/** A resource of CloudFormation. */
interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

/** The oldest provider that knows every argument: `service_region` of endpoints came with it. */
const PROVIDER = { source: 'hashicorp/aws', version: '>= 5.83.0' };

/**
 * The same stack for Terraform, in its JSON syntax. Each resource keeps its logical ID as its name.
 *
 * @param zip the name of the function's zip, which lies beside the file.
 * @throws Error for a resource or a property that there is no word for: nothing is left out in silence.
 */
export function terraformOf(
  { resources, outputs }: Stack,
  { region, zip }: { region: string; zip: string },
): object {
  const blocks: Record<string, Record<string, object>> = {};
  const add = (more: Blocks) => {
    for (const [type, named] of Object.entries(more)) blocks[type] = { ...blocks[type], ...named };
  };
  for (const [id, resource] of Object.entries(resources as Readonly<Record<string, Resource>>)) {
    const kind = KINDS[resource.Type];
    if (!kind) throw new Error(`Terraform has no word for ${resource.Type} here: add it to KINDS`);
    const parts = Object.entries(resource.Properties).map(([name, value]): Part => {
      const word = kind.properties[name];
      if (!word)
        throw new Error(`Terraform has no word for ${name} of ${resource.Type} here: add it to KINDS`);
      const translated = translate(value, resources) as never;
      return typeof word === 'string'
        ? { arguments: { [word]: translated } }
        : word(translated, { id, reference: `\${${kind.type}.${id}.${kind.ref}}` });
    });
    add({ [kind.type]: { [id]: Object.assign({}, kind.always, ...parts.map((part) => part.arguments)) } });
    for (const part of parts) add(part.resources ?? {});
  }
  const path = `\${path.module}/${zip}`;
  add({
    aws_lambda_function: {
      [FUNCTION]: {
        ...blocks['aws_lambda_function']?.[FUNCTION],
        filename: path,
        source_code_hash: `\${filebase64sha256("${path}")}`,
        // Lambda refuses a function whose role lacks the rights on interfaces.
        depends_on: ['aws_cloudwatch_log_group.UpdateLogGroup', 'aws_iam_role_policy.UpdateRole'],
      },
    },
  });
  return {
    terraform: { required_providers: { aws: PROVIDER } },
    provider: { aws: { region } },
    data: {
      aws_caller_identity: { current: {} },
      aws_partition: { current: {} },
      aws_region: { current: {} },
    },
    resource: blocks,
    output: Object.fromEntries(
      Object.entries(outputs).map(([name, { Description, Value }]) => [
        name,
        { description: Description, value: literal(Value) },
      ]),
    ),
  };
}

/** A value of CloudFormation, whose strings become templates of Terraform. */
function translate(value: unknown, resources: Resources): unknown {
  if (typeof value === 'string') return literal(value);
  if (Array.isArray(value)) return value.map((each) => translate(each, resources));
  if (typeof value !== 'object' || value === null) return value;
  if ('Ref' in value) return reference(String(value.Ref), undefined, resources);
  if ('Fn::GetAtt' in value) {
    const [id, attribute] = value['Fn::GetAtt'] as readonly [string, string];
    return reference(id, attribute, resources);
  }
  if ('Fn::Sub' in value) return substitute(value['Fn::Sub'] as string, resources);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, translate(each, resources)]));
}

/** What begins an expression or a directive in Terraform is doubled. */
const literal = (text: string) => text.replace(/[$%](?=\{)/g, '$&$&');

function substitute(
  sub: string | readonly [string, Readonly<Record<string, unknown>>],
  resources: Resources,
): string {
  const [text, variables] = typeof sub === 'string' ? [sub, {}] : sub;
  return text
    .split(/(\$\{[^}]+\})/)
    .map((part) => {
      const [, name] = /^\$\{([^}]+)\}$/.exec(part) ?? [];
      if (name === undefined) return literal(part);
      if (name in variables) return translate(variables[name as keyof typeof variables], resources);
      const [id = '', attribute] = name.split('.');
      return reference(id, attribute, resources);
    })
    .join('');
}

/** What CloudFormation knows of itself. */
const SURROUNDINGS: Readonly<Record<string, string>> = {
  'AWS::AccountId': 'data.aws_caller_identity.current.account_id',
  'AWS::Partition': 'data.aws_partition.current.partition',
  // Not its name, which the sixth provider calls by another one.
  'AWS::Region': 'data.aws_region.current.id',
};

const ATTRIBUTES: Readonly<Record<string, string>> = { Arn: 'arn', GroupId: 'id' };

function reference(id: string, attribute: string | undefined, resources: Resources): string {
  const surrounding = SURROUNDINGS[id];
  if (surrounding !== undefined) return `\${${surrounding}}`;
  const kind = KINDS[(resources[id] as Resource | undefined)?.Type ?? ''];
  const word = attribute === undefined ? kind?.ref : ATTRIBUTES[attribute];
  if (!kind || !word) throw new Error(`Terraform has no word for ${id}.${attribute ?? 'Ref'} here`);
  return `\${${kind.type}.${id}.${word}}`;
}
