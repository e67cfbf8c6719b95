import type { Instance } from '../../src/domain/instance.ts';
import type { RecordName } from '../../src/domain/record-name.ts';
import type { RecordSetting } from '../../src/domain/record-setting.ts';
import { RecordStoreError, type StoreReason } from '../../src/errors.ts';
import { route53Budget } from '../../src/pacing/route53-budget.ts';
import { type Decision, decide } from '../../src/plan/decide.ts';
import { carryOut } from '../../src/reconcile/carry-out.ts';
import { denials } from '../../src/reconcile/denials.ts';
import { zoneKnowledge } from '../../src/reconcile/zone-knowledge.ts';
import { fakeClock } from './fake-clock.ts';
import { instance, multivalueSet, recordSetting, registered } from './records.ts';
import { scriptedStore } from './scripted.ts';

export const nameOf = (label: string) => `${label}.corp.internal` as RecordName;

export const up = (...addresses: readonly string[]) => addresses.map((address) => instance(address));

/** A record that is published at its name, and noted as ours. */
export const published = (label: string, ...addresses: readonly string[]) => [
  registered({ name: nameOf(label) }),
  ...addresses.map((address) => multivalueSet(address, { name: nameOf(label) })),
];

export const storeError = (reason: StoreReason) => new RecordStoreError(reason, `it is ${reason}`);

/** What was decided, or what became of it, by the first label of the name. */
export const verdicts = (decisions: readonly Decision[]) =>
  decisions.map(({ setting, verdict }) => [
    setting.name.split('.')[0],
    'reason' in verdict ? verdict.reason : 'approve',
  ]);

/** Carries out what follows for some records from the instances that each has. */
export async function startCarryOut(
  wanted: Readonly<Record<string, readonly Instance[]>>,
  { sets = [] as ReturnType<typeof scriptedStore>['sets'], budget = route53Budget() } = {},
) {
  const clock = fakeClock();
  const store = scriptedStore(clock);
  store.sets = sets;
  let count = 0;
  const zone = zoneKnowledge(
    { store, clock, nonce: () => `${++count}` },
    'test',
    new AbortController().signal,
  );
  const settings = Object.keys(wanted).map((label) => recordSetting({ name: nameOf(label) }));
  await zone.learn(settings.map(({ name }) => name));
  store.calls.length = 0;
  const decideOn = (setting: RecordSetting) =>
    decide(
      setting,
      { known: true, value: wanted[setting.name.split('.')[0] ?? ''] ?? [] },
      zone.of(setting.name),
      { force: false, now: 0 },
    );
  const redecide = ({ setting }: Decision) => decideOn(setting);
  const denied = denials();
  const go = async () => {
    await zone.learn(settings.map(({ name }) => name));
    return await carryOut(settings.map(decideOn), { zone, budget, clock, denials: denied, redecide });
  };
  /** The names that each request changed, in their order. */
  const requests = () =>
    store.calls.flatMap(({ changes }) =>
      changes
        ? [
            [...new Set(changes.map(({ set }) => set.name.split('.')[0]))].filter(
              (label) => !label?.startsWith('_'),
            ),
          ]
        : [],
    );
  return { clock, store, zone, go, requests };
}
