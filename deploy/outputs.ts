/** An output of the stack. */
export interface Output {
  readonly Description: string;
  readonly Value: string;
}

/** The deployment that commands and links are about. */
export interface Deployed {
  /** The name of the service and the stage. */
  readonly service: string;
  /** The stage alone, as `--stage` takes it. */
  readonly stage: string;
  readonly region: string;
}

export const functionName = ({ service }: Pick<Deployed, 'service'>) => `${service}-update`;

/** Dashboards of all Regions of an account share their names. */
export const dashboardName = ({ service, region }: Pick<Deployed, 'service' | 'region'>) =>
  `${service}-${region}`;

/** A command that invokes the function with this event and prints its answer; it needs the AWS CLI and nothing else. */
export const invocation = (deployed: Deployed, event: object) =>
  `aws lambda invoke --region ${deployed.region} --function-name ${functionName(deployed)} --cli-read-timeout 0 --cli-binary-format raw-in-base64-out --payload '${JSON.stringify(event)}' /dev/stdout`;

/** A command of this repository, for this stage. */
export const command = ({ stage }: Pick<Deployed, 'stage'>, name: 'status' | 'force', more = '') =>
  `npm run ${name} -- --stage ${stage}${more}`;

/** A command that shows the lines of the last minutes that this pattern of CloudWatch Logs selects. */
export const logLines = (deployed: Deployed, pattern: string) =>
  `aws logs tail /aws/lambda/${functionName(deployed)} --region ${deployed.region} --since 15m --filter-pattern '${pattern}'`;

/**
 * What to look at once the stack is there: where it is seen, its log, and the next command.
 *
 * @param dashboard whether the stack has one.
 */
export function stackOutputs(deployed: Deployed, dashboard: boolean): Readonly<Record<string, Output>> {
  const { service, region } = deployed;
  const console = `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}`;
  return {
    Alarms: { Description: 'Its alarms', Value: `${console}#alarmsV2:?search=${service}` },
    ...(dashboard && {
      DashboardUrl: {
        Description: 'Its dashboard',
        Value: `${console}#dashboards/dashboard/${dashboardName(deployed)}`,
      },
    }),
    Log: {
      Description: 'Follows its log',
      Value: `aws logs tail /aws/lambda/${functionName(deployed)} --region ${region} --follow`,
    },
    Next: {
      Description: 'The next command: examines every leg of the way from inside the function',
      Value: invocation(deployed, { action: 'doctor' }),
    },
  };
}
