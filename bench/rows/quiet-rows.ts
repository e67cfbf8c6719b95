import { consulReads, listCalls, wholeBatches } from '../floor.ts';
import type { Calls } from '../parts/protocol.ts';
import { amount, atMost, type Row, type Verdict } from '../row.ts';
import type { Quiet } from './quiet.ts';

/** Windows that begin in an hour. */
const WINDOWS = 60;

/** Seconds that Consul holds a blocking query of the function. */
const WAIT = 10;

const MIB = 2 ** 20;

/** The smallest that Lambda has, in MB. */
const SMALLEST = 128;

/** What "room to spare" is: a quarter of it. */
const ROOM = 0.75;

export const route53Calls = ({ route53 }: Calls): number =>
  Object.values(route53).reduce((sum, count) => sum + count, 0);

/** `1 ListResourceRecordSets, 1 GetHostedZone`. */
const inWords = ({ route53 }: Calls): string =>
  Object.entries(route53)
    .map(([operation, count]) => `${count} ${operation}`)
    .join(', ') || 'none';

const atFloor = (measured: number, floor: number): Verdict =>
  atMost(measured, floor, 'calls', () => 'more calls than arithmetic asks for');

export function callRows({ first, failover, quiet, seconds }: Quiet): readonly Row[] {
  const lists = listCalls({ names: 1, sets: 4 });
  const batches = wholeBatches({ names: 1, sets: 3, characters: 200 });
  const [perHour, readsPerHour] = [route53Calls(quiet) * WINDOWS, quiet.consul * WINDOWS];
  const spread = `a window of ${seconds} s, times ${WINDOWS}`;
  // A window that is shorter than the deployed one has fewer.
  const floorReads = consulReads(seconds, WAIT) * WINDOWS;
  return [
    {
      part: 'calls',
      what: 'Route 53, first run of a new process',
      measured: `${route53Calls(first)}: ${inWords(first)}`,
      spread: '',
      target: `${1 + lists + batches}: the zone, ${lists} page, ${batches} batch`,
      verdict: atFloor(route53Calls(first), 1 + lists + batches),
    },
    {
      part: 'calls',
      what: 'Route 53, one failover in a window',
      measured: `${route53Calls(failover)}: ${inWords(failover)}`,
      spread: '',
      target: '1: the change',
      verdict: atFloor(route53Calls(failover), 1),
    },
    {
      part: 'calls',
      what: 'Route 53, a quiet hour',
      measured: amount(perHour),
      spread,
      target: `${lists * WINDOWS}: one page a minute, for what others change`,
      verdict: atFloor(perHour, lists * WINDOWS),
    },
    {
      part: 'calls',
      what: 'Consul, a quiet hour',
      measured: amount(readsPerHour),
      spread,
      target: `${floorReads}: one read, then queries of ${WAIT} s and a sixteenth`,
      verdict: atMost(
        readsPerHour,
        floorReads,
        'calls',
        () => 'Consul adds a random part of the sixteenth, seldom all of it',
      ),
    },
  ];
}

export function memoryRows({ weight, seconds }: Quiet): readonly Row[] {
  const [peak, rss] = [weight.peak / MIB, weight.rss / MIB];
  return [
    {
      part: 'memory',
      what: 'most that a process had resident, default settings, Node as Lambda starts it with 128 MB',
      measured: `${amount(peak)} MiB; ${amount(rss)} MiB at the end`,
      spread: `over a failover and ${seconds} s of quiet`,
      target: `${SMALLEST * ROOM} MiB: ${SMALLEST} with a quarter to spare`,
      verdict: atMost(peak, SMALLEST * ROOM, 'MiB', () => 'most of it is Node itself'),
    },
  ];
}
