import { describe, expect, it } from 'vitest';
import type { RecordSet } from '../../src/domain/record-set.ts';
import { decide } from '../../src/plan/decide.ts';
import { foreignSet, multivalueSet, recordSetting, registered, ZONE } from '../support/records.ts';

const NONE = '"rdsproxy" has no instances in Consul, or none that the token may read';
const NEVER = `${NONE}, and never had one at this name`;

describe('a service that has no instance at all is', () => {
  it.each<[string, string, string, readonly RecordSet[]]>([
    ['unknown at a new name', 'unknown-service', NEVER, []],
    ["unknown beside somebody else's sets", 'unknown-service', NEVER, [foreignSet('10.0.0.9')]],
    [
      'unknown where it is to take over a name of another one',
      'unknown-service',
      NEVER,
      [registered({ service: 'web' }), multivalueSet('10.0.0.7', { service: 'web' })],
    ],
    ['not healthy where it has published', 'no-healthy-instances', NONE, [multivalueSet('10.0.0.1')]],
    ['not healthy at a name of ours that somebody has emptied', 'no-healthy-instances', NONE, [registered()]],
  ])('%s', (_, reason, message, sets) => {
    const published = { known: true, value: { zone: ZONE, sets } } as const;
    const { verdict } = decide(recordSetting(), { known: true, value: [] }, published, {
      force: false,
      now: 0,
    });
    const [hold] = verdict.decision === 'approve' ? (verdict.holds ?? []) : [verdict];
    expect(hold).toMatchObject({ reason, message });
  });
});
