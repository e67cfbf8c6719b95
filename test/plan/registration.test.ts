import { describe, expect, it } from 'vitest';
import type { RecordSet } from '../../src/domain/record-set.ts';
import { planRegistration } from '../../src/plan/ownership.ts';
import { applyChanges, multivalueSet, recordSetting, registered, textSet } from '../support/records.ts';

const setting = recordSetting({ owner: 'blue' });
const wanted = registered({ owner: 'blue' });
const malformed = textSet('consul-route53-updater', '"a stranger\'s"');

describe('planRegistration', () => {
  it.each<[string, readonly RecordSet[], readonly string[], string]>([
    ['nobody keeps it yet', [], ['CREATE'], 'note that "blue" keeps the name'],
    [
      'only addresses are there, and texts of somebody else',
      [multivalueSet('10.0.0.1'), textSet('spf', '"v=spf1 -all"')],
      ['CREATE'],
      'note that "blue" keeps the name',
    ],
    [
      'another owner keeps it',
      [registered({ owner: 'green' })],
      ['REPLACE'],
      'take the name over from "green"',
    ],
    [
      'another owner keeps it for another service',
      [registered({ owner: 'green', service: 'web' })],
      ['REPLACE'],
      'take the name over from "green"',
    ],
    [
      'it was kept for another service',
      [registered({ owner: 'blue', service: 'web' })],
      ['REPLACE'],
      'move the name from the service "web" to "rdsproxy"',
    ],
    ['a stranger wrote something else there', [malformed], ['REPLACE'], 'note that "blue" keeps the name'],
  ])('%s', (_, current, actions, message) => {
    const changes = planRegistration(setting, current);
    expect(changes.map(({ action }) => action)).toEqual(actions);
    expect(new Set(changes.map((change) => change.message))).toEqual(new Set([message]));
    const after = applyChanges(current, changes);
    expect(after).toContainEqual(wanted);
    expect(planRegistration(setting, after)).toEqual([]);
  });

  it('has nothing to do where the registry record says so already', () => {
    expect(planRegistration(setting, [wanted, multivalueSet('10.0.0.1')])).toEqual([]);
  });

  it('sets the TTL right that somebody changed', () => {
    const current = [{ ...wanted, ttl: 7 } as RecordSet];
    const changes = planRegistration(setting, current);
    expect(applyChanges(current, changes)).toEqual([wanted]);
  });
});
