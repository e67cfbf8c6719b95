import { type Answer, readAnswer } from '../consul/answer.ts';
import type { RecordSetting } from '../domain/record-setting.ts';
import { isSourceError } from '../errors.ts';
import { sourceObjection } from '../objections.ts';
import { type Desired, decideDesired } from '../plan/desired.ts';
import { REMEDIES } from '../plan/reasons.ts';
import { type Finding, failed, ok, warning } from './report.ts';

export interface ServiceReadingOptions {
  readonly hasToken: boolean;
  readonly maxStale: number;
}

/** What a run would make of a service, with the same judgement: which instances are in, which are out, and why. */
export function serviceFinding(
  setting: RecordSetting,
  answer: Answer,
  options: ServiceReadingOptions,
): { readonly finding: Finding; readonly desired?: Desired } {
  const { service, tag, datacenter, minHealthy } = setting;
  let desired: Desired;
  try {
    const { instances } = readAnswer(answer, { service, ...options });
    desired = decideDesired(instances, setting.addressPolicy);
  } catch (error) {
    if (!isSourceError(error)) throw error;
    const { reason } = sourceObjection(error);
    return { finding: failed(`Consul ${error.message}.`, REMEDIES[reason]) };
  }
  const { addresses, instances } = desired;
  if (instances.length === 0) {
    const which = `${tag === undefined ? '' : ` with the tag "${tag}"`}${datacenter === undefined ? '' : ` in ${datacenter}`}`;
    const finding = failed(
      `Consul shows no instance of "${service}"${which}.`,
      "Correct the record's service, tag and datacenter, or register the service; see consul-service-read for whether it may be hidden.",
    );
    return { finding, desired };
  }
  const details = instances.map(
    ({ node, address, decision, why }) =>
      `${decision === 'publish' ? 'in ' : 'out'} ${address || 'no address'} (${node}: ${why})`,
  );
  const published = instances.filter(({ decision }) => decision === 'publish').length;
  const message = `${published} of ${instances.length} ${instances.length === 1 ? 'instance' : 'instances'} of "${service}" would be published.`;
  if (instances.some(({ decision }) => decision === 'not-allowed'))
    return { finding: warning(message, REMEDIES['address-not-allowed'], details), desired };
  if (addresses.length < minHealthy) {
    const reason = addresses.length === 0 ? 'no-healthy-instances' : 'below-minimum';
    return { finding: warning(message, REMEDIES[reason], details), desired };
  }
  return { finding: ok(message, details), desired };
}
