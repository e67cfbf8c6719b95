import { expect } from 'vitest';
import type { PlanResult } from '../../cli/render-plan.ts';
import type { Instance } from '../../src/domain/instance.ts';
import type { RecordSet } from '../../src/domain/record-set.ts';
import { registrySet } from '../../src/plan/ownership.ts';
import { REMEDIES } from '../../src/plan/reasons.ts';
import {
  foreignSet,
  instance,
  multivalueSet,
  otherSet,
  recordSetting,
  simpleSet,
} from '../support/records.ts';

/** The registry record of our name, which an earlier run wrote. */
export const OURS = registrySet(recordSetting());

/** A record, and how its plan is rendered. */
export interface Case {
  readonly title: string;
  readonly setting?: Parameters<typeof recordSetting>[0];
  readonly instances: readonly Instance[] | 'denied';
  readonly sets: readonly RecordSet[] | 'throttled';
  readonly lines: readonly string[];
  readonly result: PlanResult;
}

export const CASES: readonly Case[] = [
  {
    title: 'addresses that come, go and stay',
    instances: [instance('10.0.0.1'), instance('10.0.0.2'), instance('10.0.0.3', 'critical')],
    sets: [OURS, multivalueSet('10.0.0.2'), multivalueSet('10.0.0.3'), multivalueSet('10.0.0.4')],
    lines: [
      'rdsproxy.corp.internal A (rdsproxy): planned',
      '  +   10.0.0.1 (node-10.0.0.1: its check is passing)',
      '  =   10.0.0.2 (node-10.0.0.2: its check is passing)',
      '  -   10.0.0.3 (node-10.0.0.3: check "service:rdsproxy" is critical)',
      '  -   10.0.0.4 (no longer registered)',
      '  ~   note that the name had 4 addresses',
    ],
    result: 'pending',
  },
  {
    title: 'nothing to do, and an instance that is out',
    instances: [instance('10.0.0.1'), instance('10.0.0.2', 'warning'), instance('', 'critical', 'node-x')],
    sets: [OURS, multivalueSet('10.0.0.1'), foreignSet('10.0.0.9')],
    lines: [
      'rdsproxy.corp.internal A (rdsproxy): unchanged',
      '  =   10.0.0.1 (node-10.0.0.1: its check is passing)',
      '  out 10.0.0.2 (node-10.0.0.2: check "service:rdsproxy" is warning)',
      '  out no address (node-x: check "service:rdsproxy" is critical)',
    ],
    result: 'nothing-to-do',
  },
  {
    title: 'the TTL of one address',
    instances: [instance('10.0.0.1')],
    sets: [OURS, multivalueSet('10.0.0.1', { ttl: 60 })],
    lines: [
      'rdsproxy.corp.internal A (rdsproxy): planned',
      '  =   10.0.0.1 (node-10.0.0.1: its check is passing)',
      '  ~   change the TTL of 10.0.0.1 from 60 to 5 seconds',
    ],
    result: 'pending',
  },
  {
    title: 'addresses and the TTL of a simple set, under a node name that imitates a change',
    setting: { routing: 'simple' },
    instances: [instance('10.0.0.1'), instance('10.0.0.2', 'passing', 'a); change the TTL of 10.0.0.1 (')],
    sets: [OURS, simpleSet(['10.0.0.1', '10.0.0.3'], { ttl: 60 })],
    lines: [
      'rdsproxy.corp.internal A (rdsproxy): planned',
      '  =   10.0.0.1 (node-10.0.0.1: its check is passing)',
      '  +   10.0.0.2 (a); change the TTL of 10.0.0.1 (: its check is passing)',
      '  -   10.0.0.3 (no longer registered)',
      '  ~   note that the name had 3 addresses',
      '  ~   change the TTL of 10.0.0.1, 10.0.0.2 from 60 to 5 seconds',
    ],
    result: 'pending',
  },
  {
    title: 'another routing policy for the same address',
    setting: { routing: 'simple' },
    instances: [instance('10.0.0.1')],
    sets: [OURS, multivalueSet('10.0.0.1')],
    lines: [
      'rdsproxy.corp.internal A (rdsproxy): planned',
      '  =   10.0.0.1 (node-10.0.0.1: its check is passing)',
      '  ~   remove 10.0.0.1 (node-10.0.0.1: its check is passing)',
      '  ~   add 10.0.0.1 (node-10.0.0.1: its check is passing)',
    ],
    result: 'pending',
  },
  {
    title: 'a name that nobody keeps yet',
    instances: [instance('10.0.0.1')],
    sets: [],
    lines: [
      'rdsproxy.corp.internal A (rdsproxy): planned',
      '  +   10.0.0.1 (node-10.0.0.1: its check is passing)',
      '  ~   note that "test" keeps the name',
    ],
    result: 'pending',
  },
  {
    title: 'a name that an older version has kept, and an address that is not allowed',
    instances: [instance('10.0.0.1'), instance('8.8.8.8', 'passing', 'stranger')],
    sets: [multivalueSet('10.0.0.1')],
    lines: [
      'rdsproxy.corp.internal A (rdsproxy): planned, address-not-allowed',
      '  =   10.0.0.1 (node-10.0.0.1: its check is passing)',
      '  ~   note that "test" keeps the name',
      expect.stringMatching(/^ {2}out 8\.8\.8\.8/),
      expect.stringMatching(/^ {2}do {2}/),
    ],
    result: 'pending',
  },
  {
    title: 'a name that is to be taken over',
    setting: { onConflict: 'replace' },
    instances: [instance('10.0.0.1'), instance('10.0.0.2')],
    sets: [registrySet(recordSetting({ owner: 'other' })), multivalueSet('10.0.0.1')],
    lines: [
      'rdsproxy.corp.internal A (rdsproxy): planned',
      '  =   10.0.0.1 (node-10.0.0.1: its check is passing)',
      '  +   10.0.0.2 (node-10.0.0.2: its check is passing)',
      '  ~   take the name over from "other"',
    ],
    result: 'pending',
  },
  {
    title: "a name that is another owner's",
    instances: [instance('10.0.0.1')],
    sets: [registrySet(recordSetting({ owner: 'other' })), multivalueSet('10.0.0.1')],
    lines: [
      'rdsproxy.corp.internal A (rdsproxy): failed, owned-by-another',
      expect.stringMatching(/^ {2}= {3}10\.0\.0\.1/),
      '  why rdsproxy.corp.internal is kept by the owner "other", for its service "rdsproxy"; kept 10.0.0.1.',
      expect.stringMatching(/^ {2}do {2}Let one deployment keep the name/),
    ],
    result: 'error',
  },
  {
    title: "somebody else's set that is to be replaced",
    setting: { onConflict: 'replace' },
    instances: [instance('10.0.0.1')],
    sets: [OURS, otherSet('alias')],
    lines: [
      'rdsproxy.corp.internal A (rdsproxy): planned',
      '  +   10.0.0.1 (node-10.0.0.1: its check is passing)',
      '  ~   replace the alias A record set',
    ],
    result: 'pending',
  },
  {
    title: 'an address that is not allowed, named beside a plan',
    instances: [instance('10.0.0.1'), instance('169.254.169.254', 'passing', 'stranger')],
    sets: [OURS],
    lines: [
      'rdsproxy.corp.internal A (rdsproxy): planned, address-not-allowed',
      '  +   10.0.0.1 (node-10.0.0.1: its check is passing)',
      '  out 169.254.169.254 (stranger: 169.254.169.254 is a link-local address, which is published only if allowedCidrs names its range)',
      `  do  ${REMEDIES['address-not-allowed']}`,
    ],
    result: 'pending',
  },
  {
    title: 'addresses that are held, and others that leave and come',
    setting: { maxAddresses: 4 },
    instances: [instance('10.0.0.1'), instance('10.0.0.2', 'critical')],
    sets: [OURS, ...['1', '2', '3', '4', '5'].map((last) => multivalueSet(`10.0.0.${last}`))],
    lines: [
      'rdsproxy.corp.internal A (rdsproxy): held, vanished',
      '  =   10.0.0.1 (node-10.0.0.1: its check is passing)',
      '  -   10.0.0.2 (node-10.0.0.2: check "service:rdsproxy" is critical)',
      '  =   10.0.0.3 (no longer registered)',
      '  =   10.0.0.4 (no longer registered)',
      '  =   10.0.0.5 (no longer registered)',
      '  ~   note since when 10.0.0.3, 10.0.0.4, 10.0.0.5 are not registered',
      expect.stringMatching(
        /^ {2}why would remove 10\.0\.0\.2 [^;]*; 10\.0\.0\.3, 10\.0\.0\.4, 10\.0\.0\.5 are published/,
      ),
      expect.stringMatching(/^ {2}do {2}If those nodes were removed on purpose/),
    ],
    result: 'pending',
  },
  {
    title: 'an address that waits for room',
    setting: { maxAddresses: 1 },
    instances: [instance('10.0.0.1'), instance('10.0.0.2')],
    sets: [OURS, multivalueSet('10.0.0.1')],
    lines: [
      'rdsproxy.corp.internal A (rdsproxy): held, too-many-addresses',
      '  =   10.0.0.1 (node-10.0.0.1: its check is passing)',
      '  out 10.0.0.2 (node-10.0.0.2: its check is passing, but there is no room for it at the name)',
      '  why 1 healthy address waits, as the name has room for 1 of type A: 10.0.0.2; kept 10.0.0.1.',
      expect.stringMatching(/^ {2}do {2}Give the service fewer instances/),
    ],
    result: 'nothing-to-do',
  },
  {
    title: 'a record that a guard holds',
    instances: [instance('10.0.0.1', 'critical'), instance('10.0.0.2', 'warning')],
    sets: [OURS, multivalueSet('10.0.0.1')],
    lines: [
      'rdsproxy.corp.internal A (rdsproxy): held, no-healthy-instances',
      '  =   10.0.0.1 (node-10.0.0.1: check "service:rdsproxy" is critical, still published (record held))',
      '  out 10.0.0.2 (node-10.0.0.2: check "service:rdsproxy" is warning)',
      '  why none of the 2 instances of "rdsproxy" is healthy: node-10.0.0.1: check "service:rdsproxy" is critical; node-10.0.0.2: check "service:rdsproxy" is warning; kept 10.0.0.1.',
      "  do  Look at the service's checks in Consul; as soon as an instance is healthy, the record follows.",
    ],
    result: 'nothing-to-do',
  },
  {
    title: 'a service that nobody has registered, perhaps as it is misspelt',
    instances: [],
    sets: [],
    lines: [
      'rdsproxy.corp.internal A (rdsproxy): held, unknown-service',
      '  why "rdsproxy" has no instances in Consul, or none that the token may read, and never had one at this name; nothing is published yet, and nothing was changed.',
      `  do  ${REMEDIES['unknown-service']}`,
    ],
    result: 'error',
  },
  {
    title: 'another service, perhaps as it is misspelt, at a name that has addresses',
    setting: { service: 'rdsprxy' },
    instances: [],
    sets: [OURS, multivalueSet('10.0.0.1')],
    lines: [
      'rdsproxy.corp.internal A (rdsprxy): held, unknown-service',
      '  =   10.0.0.1 (no longer registered)',
      expect.stringMatching(/^ {2}why /),
      `  do  ${REMEDIES['unknown-service']}`,
    ],
    result: 'error',
  },
  {
    title: 'a service of which no address may be published, at a name that has none',
    instances: [instance('8.8.8.8')],
    sets: [],
    lines: [
      'rdsproxy.corp.internal A (rdsproxy): held, address-not-allowed',
      expect.stringMatching(/^ {2}out 8\.8\.8\.8 /),
      expect.stringMatching(
        /^ {2}why too few healthy .* may be published; nothing is published yet, and nothing was changed; left out node-8\.8\.8\.8: 8\.8\.8\.8 is outside allowedCidrs \([^)]*\)\.$/,
      ),
      `  do  ${REMEDIES['address-not-allowed']}`,
    ],
    result: 'error',
  },
  {
    title: 'a Consul that cannot be read',
    instances: 'denied',
    sets: [OURS, multivalueSet('10.0.0.1')],
    lines: [
      'rdsproxy.corp.internal A (rdsproxy): held, source-denied',
      '  =   10.0.0.1',
      '  why Consul said no; kept 10.0.0.1.',
      '  do  Give the function a valid token with service:read and node:read.',
    ],
    result: 'error',
  },
  {
    title: 'a Route 53 that cannot be read',
    instances: [instance('10.0.0.1')],
    sets: 'throttled',
    lines: [
      'rdsproxy.corp.internal A (rdsproxy): failed, throttled',
      '  why listing failed; nothing was changed.',
      '  do  Route 53 limits the API requests of the whole account; find out what else uses them. The next run tries again.',
    ],
    result: 'error',
  },
  {
    title: 'a refusal',
    instances: [instance('10.0.0.1')],
    sets: [OURS, simpleSet(['10.0.0.9'])],
    lines: [
      'rdsproxy.corp.internal A (rdsproxy): failed, conflict',
      '  why rdsproxy.corp.internal already has the simple A record set [10.0.0.9], which is not ours; nothing is published yet, and nothing was changed.',
      '  do  Remove that record set, use another name, or set onConflict to "replace" to have it swapped for ours.',
    ],
    result: 'error',
  },
];
