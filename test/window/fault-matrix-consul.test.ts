import { describe, it } from 'vitest';
import type { Fault } from '../../emulators/consul/consul-faults.ts';
import {
  type Expected,
  getsOverIt,
  inFirstPass,
  inScene,
  PATIENT,
  TIMING,
  type Trouble,
  untilTheEnd,
} from '../support/fault-cell.ts';

const trouble = (fault: Fault, on?: { node: string }): Trouble => ({
  timing: fault.kind === 'hang' || (fault.kind === 'slow' && fault.ms > 1_000) ? TIMING : PATIENT,
  begin: ({ consul }) => consul.setFault(fault, on),
  end: ({ consul }) => consul.clearFaults(),
});

/** Trouble with all of Consul. In each row the record stays as it was, and follows as soon as the trouble is over. */
const HELD: readonly [what: string, Fault, Expected][] = [
  [
    'down',
    { kind: 'down' },
    { reason: 'source-unavailable', says: /refused the connection.*; kept 10\.0\.1\.1/ },
  ],
  [
    'too slow',
    { kind: 'slow', ms: 5_000 },
    { reason: 'source-unavailable', says: /did not answer within 1500 ms/ },
  ],
  ['hanging', { kind: 'hang' }, { reason: 'source-unavailable', says: /did not answer within 1500 ms/ }],
  [
    'without a leader, as an error',
    { kind: 'no-leader', how: 'error' },
    { reason: 'source-suspect', says: /has no leader \(HTTP 500: No cluster leader\)/ },
  ],
  [
    'without a leader, as a header',
    { kind: 'no-leader', how: 'header' },
    { reason: 'source-suspect', says: /has no leader, so its answer may be out of date/ },
  ],
  [
    'stale',
    { kind: 'stale', lastContact: 60_000 },
    { reason: 'source-suspect', says: /last heard from its leader 60000 ms ago/ },
  ],
  [
    'a wrong body: a web page',
    { kind: 'html' },
    { reason: 'source-suspect', says: /text\/html instead of JSON/ },
  ],
  [
    'a wrong body: other JSON',
    { kind: 'other-json' },
    { reason: 'source-suspect', says: /not a list of service instances/ },
  ],
  ['a wrong body: cut', { kind: 'cut' }, { reason: 'source-unavailable', says: /cut the connection/ }],
  [
    'an error status',
    { kind: 'status', status: 500, body: 'rpc error: EOF' },
    { reason: 'source-unavailable', says: /answered HTTP 500: rpc error: EOF/ },
  ],
  [
    'the token refused',
    { kind: 'status', status: 403, body: 'ACL not found' },
    { reason: 'source-denied', says: /HTTP 403: ACL not found/ },
  ],
  [
    'filtered by ACLs to a part',
    { kind: 'acl-filtered', keep: 1 },
    { reason: 'source-suspect', says: /the token may not read them/ },
  ],
  [
    'filtered by ACLs to nothing',
    { kind: 'acl-filtered' },
    { reason: 'source-suspect', says: /the token may not read them/ },
  ],
  [
    'filtered by ACLs to a part, without a word',
    { kind: 'acl-filtered', keep: 1, silent: true },
    { reason: 'vanished', says: /no longer registered in Consul/ },
  ],
  [
    'anonymous under default deny',
    { kind: 'default-deny', token: 'x' },
    { reason: 'source-suspect', says: /was asked without a token/ },
  ],
  [
    'an empty answer',
    { kind: 'empty' },
    {
      reason: 'no-healthy-instances',
      says: /has no instances in Consul, or none that the token may read; kept 10\.0\.1\.1/,
    },
  ],
];

/** Trouble that the updater gets over by itself while it lasts. */
const OVER: readonly [what: string, Trouble][] = [
  ...(
    [
      ['down', { kind: 'down' }],
      ['slow', { kind: 'slow', ms: 5_000 }],
      ['hanging', { kind: 'hang' }],
      ['without a leader', { kind: 'no-leader', how: 'error' }],
      ['stale', { kind: 'stale', lastContact: 60_000 }],
      ['sending a web page', { kind: 'html' }],
      ['cutting its answers', { kind: 'cut' }],
      ['answering 500', { kind: 'status', status: 500, body: 'rpc error: EOF' }],
    ] as readonly [string, Fault][]
  ).map(([what, fault]): [string, Trouble] => [
    `one of two addresses ${what}`,
    trouble(fault, { node: 'consul-1' }),
  ]),
  ['slow, but within its time', trouble({ kind: 'slow', ms: 60 })],
  ['its index reset', trouble({ kind: 'index-reset', index: 1 })],
  ['without an index', trouble({ kind: 'index-reset', index: 0 })],
  ['streaming', trouble({ kind: 'streaming', near: 'ignored' })],
  ['streaming from a view that is empty', trouble({ kind: 'streaming', near: 'ignored', empty: true })],
];

describe.concurrent('Consul in trouble: the record is held', () => {
  describe.each(HELD)('%s', (_, fault, expected) => {
    it('in the first pass, and over within the window', () =>
      inScene(trouble(fault), (scene) => inFirstPass(scene, expected)));
    it('inside the window, until its end', () =>
      inScene(trouble(fault), (scene) => untilTheEnd(scene, expected)));
  });
});

describe.concurrent('Consul in trouble: the record follows all the same', () => {
  describe.each(OVER)('%s', (_, each) => {
    it('inside the window', () => inScene(each, (scene) => getsOverIt(scene)));
  });
});
