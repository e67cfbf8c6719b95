import { describe, expect, it } from 'vitest';
import { byZone } from '../../src/domain/by-zone.ts';
import { recordSetting } from '../support/records.ts';

describe('byZone', () => {
  it('keeps the order of zones and of records', () => {
    const records = [
      recordSetting({ zoneId: 'Z2', name: 'b.corp.internal' }),
      recordSetting({ zoneId: 'Z1', name: 'b.corp.internal' }),
      recordSetting({ zoneId: 'Z2', name: 'a.corp.internal' }),
    ];
    expect([...byZone(records)]).toEqual([
      ['Z2', [records[0], records[2]]],
      ['Z1', [records[1]]],
    ]);
  });
});
