import { describe, expect, it } from 'vitest';
import { EventError, parseEvent } from '../../src/settings/event.ts';

describe('parseEvent', () => {
  it.each<[string, unknown, object]>([
    ['nothing', undefined, { action: 'apply', force: false, scheduled: false }],
    ['null', null, { action: 'apply', force: false, scheduled: false }],
    ['an empty object', {}, { action: 'apply', force: false, scheduled: false }],
    [
      'an event of EventBridge',
      { version: '0', 'detail-type': 'Scheduled Event', source: 'aws.events', resources: [], detail: {} },
      { action: 'apply', force: false, scheduled: true },
    ],
    ['apply', { action: 'apply' }, { action: 'apply', force: false, scheduled: false }],
    ['apply by force', { action: 'apply', force: true }, { action: 'apply', force: true, scheduled: false }],
    ['doctor', { action: 'doctor' }, { action: 'doctor', force: false, scheduled: false }],
    ['plan', { action: 'plan' }, { action: 'plan', force: false, scheduled: false }],
    ['plan by force', { action: 'plan', force: true }, { action: 'plan', force: true, scheduled: false }],
  ])('knows %s', (_, event, request) => {
    expect(parseEvent(event)).toEqual(request);
  });

  it.each<[string, unknown, RegExp]>([
    ['another action', { action: 'destroy' }, /^The action "destroy" is not known; known events are \{\}/],
    ['an action of another type', { action: 1 }, /^The action 1 is not known/],
    ['a key without action', { force: true }, /^The event has no action/],
    ['an unknown key', { action: 'apply', forced: true }, /^The key "forced" is not known/],
    ['force in a doctor', { action: 'doctor', force: true }, /^The key "force" is not known/],
    ['force in words', { action: 'apply', force: 'yes' }, /^The key "force" must be true or false/],
    ['a text', 'apply', /^The event must be a JSON object, not "apply"/],
    ['an array', [], /^The event must be a JSON object, not \[\]/],
  ])('refuses %s', (_, event, message) => {
    expect(() => parseEvent(event)).toThrow(EventError);
    expect(() => parseEvent(event)).toThrow(message);
  });

  it.each<[string, unknown]>([
    ['an action', { action: '\u009b2J\u202e\u2028'.repeat(1_000) }],
    ['a key', { action: 'apply', ['\n\u009b2Jforged'.repeat(1_000)]: 1 }],
    ['a text', '\u0085\u202e'.repeat(1_000)],
  ])('repeats no more of %s than a line can hold', (_, event) => {
    expect(() => parseEvent(event)).toThrow(/^[\x20-\x7e…]{1,400}$/);
  });
});
