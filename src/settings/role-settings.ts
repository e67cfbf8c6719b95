import { defined } from '../domain/defined.ts';
import type { SettingsReader } from './settings-reader.ts';

/** The role that may change the records, where they are in another account. */
export interface RoleSettings {
  readonly arn: string;
  readonly externalId?: string;
  /** That of the function, whose endpoint of STS it reaches. */
  readonly region?: string;
}

const ARN = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,576}$/;

/** As AssumeRole takes it. https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
const EXTERNAL_ID = /^[\w+=,.@:/-]{2,1224}$/;

/** Reads ROUTE53_ROLE_ARN and what belongs to it; `undefined` where it is not set. */
export function readRole(reader: SettingsReader): RoleSettings | undefined {
  const arn = reader.get('ROUTE53_ROLE_ARN');
  const externalId = reader.get('ROUTE53_EXTERNAL_ID');
  const region = reader.get('AWS_REGION');
  if (externalId !== undefined && !EXTERNAL_ID.test(externalId)) {
    reader.problem(
      'ROUTE53_EXTERNAL_ID must have 2 to 1,224 characters: letters, digits and "_+=,.@:/-", as the trust policy has it.',
    );
  }
  if (arn === undefined) {
    if (externalId !== undefined)
      reader.problem('ROUTE53_EXTERNAL_ID is set but ROUTE53_ROLE_ARN is not: it belongs to a role.');
    return undefined;
  }
  if (!ARN.test(arn)) {
    reader.problem(
      `ROUTE53_ROLE_ARN, "${arn}", is not the ARN of a role, for example arn:aws:iam::210987654321:role/route53-updater.`,
    );
  }
  return defined({ arn, externalId, region });
}
