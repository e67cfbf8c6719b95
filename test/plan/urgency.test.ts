import { expect, it } from 'vitest';
import type { Instance } from '../../src/domain/instance.ts';
import type { RecordSet } from '../../src/domain/record-set.ts';
import { decide } from '../../src/plan/decide.ts';
import { instance, multivalueSet, recordSetting, registered, ZONE } from '../support/records.ts';

it.each<[string, readonly Instance[], readonly RecordSet[], number]>([
  ['an address leaves', [instance('10.0.0.1')], [multivalueSet('10.0.0.1'), multivalueSet('10.0.0.2')], 0],
  ['an address is replaced', [instance('10.0.0.1')], [multivalueSet('10.0.0.2')], 0],
  [
    'an address of one family leaves',
    [instance('10.0.0.1'), instance('fd00::1', 'critical')],
    [multivalueSet('10.0.0.1'), multivalueSet('fd00::1')],
    0,
  ],
  ['the name has none', [instance('10.0.0.1')], [], 1],
  ['the name has none of either family', [instance('10.0.0.1'), instance('fd00::1')], [registered()], 1],
  ['an address comes', [instance('10.0.0.1'), instance('10.0.0.2')], [multivalueSet('10.0.0.1')], 2],
  [
    'the first of a family comes',
    [instance('10.0.0.1'), instance('fd00::1')],
    [multivalueSet('10.0.0.1')],
    2,
  ],
  ['only the TTL changes', [instance('10.0.0.1')], [multivalueSet('10.0.0.1', { ttl: 60 })], 2],
  ['only the registry record is missing', [instance('10.0.0.1')], [multivalueSet('10.0.0.1')], 2],
])('where %s', (_, instances, sets, urgency) => {
  const decision = decide(
    recordSetting(),
    { known: true, value: instances },
    { known: true, value: { zone: ZONE, sets } },
    { force: true, now: 0 },
  );
  expect(decision.verdict).toEqual({ decision: 'approve' });
  expect(decision.urgency).toBe(urgency);
});
