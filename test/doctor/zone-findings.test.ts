import { describe, expect, it } from 'vitest';
import { conflictFinding } from '../../src/doctor/conflict.ts';
import { nameFinding, zoneFinding } from '../../src/doctor/zone-findings.ts';
import type { RecordName } from '../../src/domain/record-name.ts';
import { recordSetting, simpleSet, ZONE } from '../support/records.ts';

describe('what a guard objects to, as a finding', () => {
  it('begins with the record name as it is written', () => {
    const name = 'rdsproxy.other.internal' as RecordName;
    expect(nameFinding(name, ZONE).message).toBe(
      'rdsproxy.other.internal is not in the hosted zone Z1 (corp.internal).',
    );
    const conflict = conflictFinding(recordSetting(), [simpleSet(['10.9.9.9'])], undefined);
    expect(conflict).toMatchObject({
      verdict: 'failed',
      message: expect.stringMatching(/^rdsproxy\.corp\.internal already has .*, which is not ours\.$/),
    });
  });

  it('is a sentence where it begins with a word', () => {
    expect(zoneFinding({ ...ZONE, private: false }).message).toMatch(
      /^The hosted zone Z1 \(corp\.internal\) is public/,
    );
  });
});
