import { describe, it } from 'vitest';
import type { Fault } from '../../emulators/route53/server.ts';
import {
  type Expected,
  getsOverIt,
  inFirstPass,
  inScene,
  PATIENT,
  TIMING,
  type Trouble,
  timing,
  untilTheEnd,
} from '../support/fault-cell.ts';

/** So that after two requests that hang, the next ones are answered in time on a busy machine, too. */
const BRIEF_SILENCE = timing(20_000, 3_000);

const timingFor = ({ kind, times }: Fault) =>
  kind !== 'hang' ? PATIENT : times === undefined ? TIMING : BRIEF_SILENCE;

const trouble = (fault: Fault): Trouble => ({
  timing: timingFor(fault),
  begin: ({ route53 }) => route53.faults.add(fault),
  end: ({ route53 }) => route53.faults.clear(),
});

const onChanges = { operation: 'ChangeResourceRecordSets' } as const;

/** Trouble that passes: within one pass, the attempts of one request or a new plan get over it. */
const BRIEF: readonly [what: string, Fault][] = [
  ['throttled', { kind: 'throttling', times: 4 }],
  ['busy with a prior request', { kind: 'prior-request', ...onChanges, times: 4 }],
  ['an internal error', { kind: 'internal-error', times: 4 }],
  ['unavailable', { kind: 'service-unavailable', times: 4 }],
  ['a reset connection', { kind: 'reset', times: 4 }],
  ['a lost answer', { kind: 'lost-answer', ...onChanges, times: 1 }],
  ['several lost answers', { kind: 'lost-answer', ...onChanges, times: 3 }],
  ['the answer to every change lost', { kind: 'lost-answer', ...onChanges }],
  ['hanging', { kind: 'hang', times: 2 }],
  ['a rejected batch', { kind: 'invalid-change-batch', ...onChanges, times: 1 }],
];

/** Trouble that outlasts the attempts. What was published stays, and is corrected as soon as the trouble is over. */
const LASTING: readonly [what: string, Fault, Expected][] = [
  ['throttled', { kind: 'throttling' }, { reason: 'throttled', says: /Rate exceeded, after 8 attempts/ }],
  [
    'busy with a prior request',
    { kind: 'prior-request', ...onChanges },
    { reason: 'throttled', says: /PriorRequestNotComplete.*, after 8 attempts/ },
  ],
  [
    'an internal error',
    { kind: 'internal-error' },
    { reason: 'route53-unavailable', says: /InternalFailure.*, after 8 attempts/ },
  ],
  [
    'a reset connection',
    { kind: 'reset' },
    { reason: 'route53-unavailable', says: /socket hang up, after 8 attempts/ },
  ],
  ['hanging', { kind: 'hang' }, { reason: 'route53-unavailable', says: /Timeout.*, after 8 attempts/i }],
  [
    'a rejected batch',
    { kind: 'invalid-change-batch', ...onChanges },
    { reason: 'rejected', says: /InvalidChangeBatch/ },
  ],
  [
    'access denied',
    { kind: 'access-denied' },
    { reason: 'access-denied', says: /is not authorized to perform/ },
  ],
  [
    'access denied to changes only',
    { kind: 'access-denied', ...onChanges },
    { reason: 'access-denied', says: /ChangeResourceRecordSets.*; kept 10\.0\.1\.1/ },
  ],
  ['the zone gone', { kind: 'no-such-zone' }, { reason: 'zone-not-found', says: /NoSuchHostedZone/ }],
];

describe.concurrent('Route 53 in trouble for a moment: the change is made', () => {
  describe.each(BRIEF)('%s', (_, fault) => {
    it('inside the window', () => inScene(trouble(fault), (scene) => getsOverIt(scene)));
  });
});

describe.concurrent('Route 53 in trouble for longer: the record stays as it was', () => {
  describe.each(LASTING)('%s', (_, fault, expected) => {
    it('in the first pass, and over within the window', () =>
      inScene(trouble(fault), (scene) => inFirstPass(scene, expected)));
    it('inside the window, until its end', () =>
      inScene(trouble(fault), (scene) => untilTheEnd(scene, expected)));
  });
});
