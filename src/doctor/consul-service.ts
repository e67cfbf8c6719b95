import type { Answer } from '../consul/answer.ts';
import { readAnswer } from '../consul/health-answer.ts';
import type { RecordSetting } from '../domain/record-setting.ts';
import type { ServiceQuery } from '../domain/service-query.ts';
import { SourceError } from '../errors.ts';
import { type Desired, decideDesired } from '../plan/desired.ts';
import { tooFewHealthy } from '../plan/guards.ts';
import { REMEDIES, remedyFor } from '../plan/reasons.ts';
import { type Finding, failed, ok, warning } from './finding.ts';

export interface ServiceReadingOptions {
  readonly hasToken: boolean;
  /** Milliseconds, where a record does not say so itself. */
  readonly maxStale: number;
}

/** What a run would make of a service, with the same judgement: which instances are in, which are out, and why. */
export function serviceFinding(
  setting: RecordSetting,
  answer: Answer,
  { hasToken, maxStale }: ServiceReadingOptions,
): { readonly finding: Finding; readonly desired?: Desired } {
  const { query } = setting;
  const { service } = query;
  let desired: Desired;
  try {
    const { instances } = readAnswer(answer, {
      ...{ service, hasToken },
      maxStale: query.maxStale === undefined ? maxStale : query.maxStale * 1_000,
    });
    desired = decideDesired(instances, setting.addressPolicy);
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return { finding: failed(`Consul ${error.message}.`, remedyFor(error.hold)) };
  }
  const { instances } = desired;
  if (instances.length === 0) {
    const finding = failed(
      `Consul shows no instance of "${service}"${describePlace(query)}.`,
      REMEDIES['unknown-service'],
    );
    return { finding, desired };
  }
  const details = instances.map(
    ({ node, address, decision, why }) =>
      `${decision === 'publish' ? 'in ' : 'out'} ${address || 'no address'} (${node}: ${why})`,
  );
  const published = instances.filter(({ decision }) => decision === 'publish').length;
  const message = `${published} of ${instances.length} ${instances.length === 1 ? 'instance' : 'instances'} of "${service}" would be published.`;
  const reason = instances.some(({ decision }) => decision === 'not-allowed')
    ? 'address-not-allowed'
    : tooFewHealthy({ setting, desired, taken: [], isNew: false })?.reason;
  return { finding: reason ? warning(message, REMEDIES[reason], details) : ok(message, details), desired };
}

function describePlace({ tag, filter, datacenter, namespace, partition }: ServiceQuery): string {
  const parts = [
    tag !== undefined && `with the tag "${tag}"`,
    filter !== undefined && `that matches ${filter}`,
    datacenter !== undefined && `in ${datacenter}`,
    namespace !== undefined && `in the namespace ${namespace}`,
    partition !== undefined && `in the partition ${partition}`,
  ];
  return parts.flatMap((part) => (part ? [` ${part}`] : [])).join('');
}
