import { normalizeListedName, type RecordName } from '../domain/record-name.ts';
import type { RecordSet } from '../domain/record-set.ts';
import type { Zone } from '../domain/zone.ts';
import { describeZone, reviewName, reviewZone } from '../plan/guards.ts';
import { remedyFor } from '../plan/reasons.ts';
import { type Finding, failed, ok, refused, sentence, skipped, warning } from './finding.ts';
import type { Place, Vpc } from './probes.ts';

export function zoneFinding(zone: Zone): Finding {
  const objection = reviewZone(zone);
  return objection
    ? failed(sentence(objection.message), remedyFor(objection))
    : ok(sentence(`${describeZone(zone)} is there, and private`));
}

export function nameFinding(name: RecordName, zone: Zone): Finding {
  const objection = reviewName(name, zone);
  return objection ? refused(objection) : ok(`${name} is in ${zone.name}.`);
}

const ASSOCIATE =
  "Associate the zone with the function's VPC, and with every VPC whose clients are to resolve the names.";

/**
 * Whether the zone is associated with this VPC. A function cannot know its own VPC without rights beyond those it
 * needs, but it knows its Region, and its resolver answers from a private zone only if the two are associated.
 *
 * @param listed what the zone has at its own name.
 */
export async function vpcFinding(
  zone: Zone,
  vpcs: readonly Vpc[],
  listed: readonly RecordSet[] | undefined,
  place: Place,
  signal: AbortSignal,
): Promise<Finding> {
  const list = vpcs.map(({ id, region }) => `${id} (${region})`).join(', ') || 'no VPC';
  const associated = `The zone is associated with ${list}`;
  if (place.region === undefined)
    return skipped(
      `${associated}; whether the function's VPC is among them, only the deployed function can tell.`,
    );
  if (!vpcs.some(({ region }) => region === place.region))
    return failed(`${associated}, and the function runs in ${place.region}.`, ASSOCIATE);
  const own = primaryIn(listed);
  if (own === undefined)
    return skipped(
      `${associated}; which of them is the function's cannot be told, as the zone was not listed.`,
    );
  try {
    const answered = await place.primaryNameServer(zone.name, signal);
    if (normalizeListedName(answered) === normalizeListedName(own))
      return ok(`${associated}, and the resolver here answers from it.`);
    return warning(
      `${associated}, but the resolver here answers for ${zone.name} from elsewhere (${answered}).`,
      `Another zone of that name may be associated with the function's VPC. ${ASSOCIATE}`,
    );
  } catch (error) {
    if (signal.aborted) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'no answer';
    return warning(
      `${associated}, but the resolver here does not know ${zone.name} (${code}).`,
      `${ASSOCIATE} Check that DNS support is on in the VPC.`,
    );
  }
}

/** The name server that a zone's SOA record names first. */
function primaryIn(listed: readonly RecordSet[] | undefined): string | undefined {
  return listed?.find(({ type }) => type === 'SOA')?.values[0]?.split(/\s+/)[0];
}
