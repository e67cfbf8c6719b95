import { type Finding, failed, ok, skipped, warning } from './finding.ts';

/** AWS refuses a signature that is older, or newer, than this. Milliseconds. */
const MAX_SKEW = 300_000;

/** From here on it is a warning. Milliseconds; less may be the answer's own time and the header's whole seconds. */
const MUCH = 30_000;

/**
 * How far the clocks are apart.
 *
 * @param route53 milliseconds that Route 53's clock is ahead of ours; `undefined` if it did not answer.
 * @param consul the same of each address of Consul that answered.
 */
export function clockFinding(
  route53: number | undefined,
  consul: readonly { readonly who: string; readonly skew: number }[],
): Finding {
  const clocks = [...(route53 === undefined ? [] : [{ who: 'Route 53', skew: route53 }]), ...consul];
  if (clocks.length === 0) return skipped('Nobody answered with a date to compare the clock with.');
  const off = clocks.filter(({ skew }) => Math.abs(skew) >= MUCH);
  const told = off.map(
    ({ who, skew }) => `${who} is ${Math.round(Math.abs(skew) / 1_000)} s ${skew > 0 ? 'ahead' : 'behind'}`,
  );
  if (route53 !== undefined && Math.abs(route53) >= MAX_SKEW)
    return failed(
      `The clock here is wrong: ${told.join('; ')}. AWS refuses signatures that are off by more than ${MAX_SKEW / 1_000} s.`,
      'Set the clock of this machine. In Lambda the clock is kept by AWS: look at what stands between and answers in its place.',
    );
  if (off.length > 0)
    return warning(
      `The clocks are apart: ${told.join('; ')}.`,
      'Keep the clocks of the Consul servers by NTP: certificates and tokens expire by them.',
    );
  return ok(`The clock agrees with ${clocks.map(({ who }) => who).join(', ')}.`);
}
