import type { ConsulTemplate } from './consul-template.ts';
import type { Flip } from './fleet.ts';
import type { RunningStandIns } from './stand-ins.ts';

/** Sees when what a flip means has arrived somewhere. */
export interface Witness {
  /** When it first was there after the flip, on the shared clock; `undefined` while it is not. */
  arrival(flip: Flip): number | undefined;
  close(): void;
}

/** Looks at what Route 53 accepts for one zone. */
export function witnessZone(standIns: RunningStandIns, zoneId: string): Witness {
  const seen: { at: number; action: string; values: readonly string[] }[] = [];
  const stop = standIns.onBatch((batch) => {
    if (batch.zoneId !== zoneId) return;
    for (const { action, values } of batch.changes) seen.push({ at: batch.at, action, values });
  });
  return {
    arrival: (flip) =>
      seen.find(
        ({ at, action, values }) =>
          at >= flip.at &&
          (action === 'DELETE') === (flip.to === 'critical') &&
          values.includes(flip.address),
      )?.at,
    close: () => void stop(),
  };
}

/** Looks at what Route 53 accepts for the zone of somebody who writes at each news, whatever it is. */
export function witnessAny(standIns: RunningStandIns, zoneId: string): Witness {
  const seen: number[] = [];
  const stop = standIns.onBatch((batch) => {
    if (batch.zoneId === zoneId) seen.push(batch.at);
  });
  return { arrival: (flip) => seen.find((at) => at >= flip.at), close: () => void stop() };
}

/** Looks at the hosts file that consul-template renders. */
export function witnessHosts(template: ConsulTemplate): Witness {
  const seen: { at: number; addresses: ReadonlySet<string> }[] = [];
  const stop = template.onRender((addresses, at) => void seen.push({ addresses, at }));
  return {
    arrival: (flip) =>
      seen.find(
        ({ at, addresses }) => at >= flip.at && addresses.has(flip.address) === (flip.to === 'passing'),
      )?.at,
    close: () => void stop(),
  };
}
