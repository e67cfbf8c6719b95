import { invalidInput } from './errors.ts';
import { CHANGE_ACTIONS, type Change, RECORD_TYPES, type RecordSet, routingPoliciesOf } from './model.ts';
import { problemsIn } from './rules.ts';
import { childrenOf, type Element, itemsOf, parseRequest } from './xml.ts';

const MAX_TTL = 2_147_483_647;
const SET_FIELDS = [
  'Name',
  'Type',
  'SetIdentifier',
  'Weight',
  'Region',
  'GeoLocation',
  'Failover',
  'MultiValueAnswer',
  'TTL',
  'ResourceRecords',
  'AliasTarget',
  'HealthCheckId',
] as const;

export interface ChangeRequest {
  readonly comment: string | undefined;
  readonly changes: readonly Change[];
}

/**
 * Reads the body of `ChangeResourceRecordSets` and checks all that can be checked without the hosted zone's
 * contents: the form of the document, the range of each field, and which fields go together. Those problems are
 * `InvalidInput`; what a batch would do to the zone is judged later, as `InvalidChangeBatch`.
 *
 * @returns the changes with names as they were sent.
 * @throws AwsApiError `MalformedInput` or `InvalidInput`, which names every problem of its kind.
 * @see https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html
 */
export function decodeChanges(body: string): ChangeRequest {
  const request = childrenOf(
    parseRequest(body, 'ChangeResourceRecordSetsRequest'),
    ['ChangeBatch'],
    ['ChangeBatch'],
  );
  const batch = childrenOf(request.ChangeBatch, ['Comment', 'Changes'], ['Changes']);
  const items = itemsOf(batch.Changes, 'Change');
  const problems = new Constraints();
  problems.notEmpty(items, 'changeBatch.changes');
  const changes = items.map((item, index) =>
    decodeChange(item, problems, `changeBatch.changes.${index + 1}.member`),
  );
  problems.throwIfAny();

  const misfits = items.flatMap((item, index) => {
    const change = changes[index];
    return change === undefined ? [] : fieldMisfits(change, fieldsOf(item));
  });
  if (misfits.length > 0) throw invalidInput(`Invalid request: ${misfits.join(', ')}`);
  return { comment: batch.Comment?.text, changes };
}

function decodeChange(item: Element, problems: Constraints, at: string): Change {
  const fields = childrenOf(item, ['Action', 'ResourceRecordSet'], ['Action', 'ResourceRecordSet']);
  return {
    action: problems.oneOf(fields.Action.text, `${at}.action`, CHANGE_ACTIONS),
    recordSet: decodeSet(fields.ResourceRecordSet, problems, `${at}.resourceRecordSet`),
  };
}

function decodeSet(element: Element, problems: Constraints, at: string): RecordSet {
  const fields = childrenOf(element, SET_FIELDS, ['Name', 'Type']);
  const name = fields.Name.text;
  problems.length(name, `${at}.name`, 0, 1024);
  const type = problems.oneOf(fields.Type.text, `${at}.type`, RECORD_TYPES);
  const identifier = fields.SetIdentifier?.text;
  if (identifier !== undefined) problems.length(identifier, `${at}.setIdentifier`, 1, 128);
  const healthCheckId = fields.HealthCheckId?.text;
  if (healthCheckId !== undefined) problems.length(healthCheckId, `${at}.healthCheckId`, 0, 64);
  const values =
    fields.ResourceRecords === undefined ? [] : decodeValues(fields.ResourceRecords, problems, at);
  return {
    name,
    type,
    setIdentifier: identifier,
    weight: fields.Weight && problems.integer(fields.Weight.text, `${at}.weight`, 255),
    region: fields.Region?.text,
    geoLocation: fields.GeoLocation && decodeGeoLocation(fields.GeoLocation),
    failover: fields.Failover?.text,
    multiValueAnswer:
      fields.MultiValueAnswer && problems.boolean(fields.MultiValueAnswer.text, `${at}.multiValueAnswer`),
    ttl: fields.TTL && problems.integer(fields.TTL.text, `${at}.tTL`, MAX_TTL),
    values,
    aliasTarget: fields.AliasTarget && decodeAlias(fields.AliasTarget, problems, `${at}.aliasTarget`),
    healthCheckId,
  };
}

function decodeValues(element: Element, problems: Constraints, at: string): string[] {
  const records = itemsOf(element, 'ResourceRecord');
  problems.notEmpty(records, `${at}.resourceRecords`);
  return records.map((record, index) => {
    const value = childrenOf(record, ['Value'], ['Value']).Value.text;
    problems.length(value, `${at}.resourceRecords.${index + 1}.member.value`, 0, 4000);
    return value;
  });
}

function decodeGeoLocation(element: Element): NonNullable<RecordSet['geoLocation']> {
  const fields = childrenOf(element, ['ContinentCode', 'CountryCode', 'SubdivisionCode']);
  return {
    continentCode: fields.ContinentCode?.text,
    countryCode: fields.CountryCode?.text,
    subdivisionCode: fields.SubdivisionCode?.text,
  };
}

function decodeAlias(
  element: Element,
  problems: Constraints,
  at: string,
): NonNullable<RecordSet['aliasTarget']> {
  const names = ['HostedZoneId', 'DNSName', 'EvaluateTargetHealth'] as const;
  const fields = childrenOf(element, names, names);
  return {
    hostedZoneId: fields.HostedZoneId.text,
    dnsName: fields.DNSName.text,
    evaluateTargetHealth: problems.boolean(fields.EvaluateTargetHealth.text, `${at}.evaluateTargetHealth`),
  };
}

/** Which fields of a record set are missing or do not go together, one sentence each. */
function fieldMisfits({ action, recordSet }: Change, sent: ReadonlySet<string>): string[] {
  const { name, type, setIdentifier } = recordSet;
  const where = `in Change with [Action=${action}, Name=${name}, Type=${type}, SetIdentifier=${setIdentifier ?? 'null'}]`;
  const hasAlias = sent.has('AliasTarget');
  const content = '[AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId]';
  const policies = routingPoliciesOf(recordSet).filter((policy) => policy !== 'simple');
  const routing = '[Weight, Region, Failover, GeoLocation, or MultiValueAnswer]';
  return problemsIn([
    hasAlias &&
      (sent.has('TTL') || sent.has('ResourceRecords')) &&
      `Expected exactly one of ${content}, but found more than one ${where}`,
    !hasAlias &&
      !(sent.has('TTL') && sent.has('ResourceRecords')) &&
      `Expected exactly one of ${content}, but found none ${where}`,
    // MultiValueAnswer asks for a set identifier even when it says false: https://github.com/aws/aws-sdk/issues/75
    // A simple record set can have no health check, so the check belongs to a set with an identifier.
    setIdentifier === undefined &&
      (policies.length > 0 || sent.has('MultiValueAnswer') || sent.has('HealthCheckId')) &&
      `Missing field 'SetIdentifier' ${where}`,
    setIdentifier !== undefined &&
      policies.length === 0 &&
      `Expected exactly one of ${routing}, but found none ${where}`,
    policies.length > 1 && `Expected exactly one of ${routing}, but found more than one ${where}`,
  ]);
}

function fieldsOf(change: Element): ReadonlySet<string> {
  const set = change.children.find((child) => child.name === 'ResourceRecordSet');
  return new Set(set?.children.map((child) => child.name));
}

/** Collects the fields that are out of their range, so that one answer names them all. */
class Constraints {
  readonly #problems: string[] = [];

  check(holds: boolean, value: string, at: string, constraint: string): void {
    if (!holds)
      this.#problems.push(`Value '${value}' at '${at}' failed to satisfy constraint: ${constraint}`);
  }

  notEmpty(list: readonly unknown[], at: string): void {
    this.check(list.length > 0, '[]', at, 'Member must have length greater than or equal to 1');
  }

  /** The value, which is none of the allowed ones only if that has been noted. */
  oneOf<T extends string>(value: string, at: string, allowed: readonly T[]): T {
    const isAllowed = allowed.some((each) => each === value);
    this.check(isAllowed, value, at, `Member must satisfy enum value set: [${allowed.join(', ')}]`);
    return value as T;
  }

  length(value: string, at: string, least: number, most: number): void {
    this.check(value.length >= least, value, at, `Member must have length greater than or equal to ${least}`);
    this.check(value.length <= most, value, at, `Member must have length less than or equal to ${most}`);
  }

  integer(text: string, at: string, most: number): number {
    const value = /^[+-]?[0-9]+$/.test(text) ? Number(text) : Number.NaN;
    this.check(!Number.isNaN(value), text, at, 'Member must be an integer');
    this.check(!(value < 0), text, at, 'Member must have value greater than or equal to 0');
    this.check(!(value > most), text, at, `Member must have value less than or equal to ${most}`);
    return value;
  }

  boolean(text: string, at: string): boolean {
    this.check(text === 'true' || text === 'false', text, at, 'Member must be a boolean');
    return text === 'true';
  }

  throwIfAny(): void {
    const count = this.#problems.length;
    if (count === 0) return;
    throw invalidInput(
      `${count} validation error${count > 1 ? 's' : ''} detected: ${this.#problems.join('; ')}`,
    );
  }
}
