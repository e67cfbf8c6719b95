import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { plain } from '../../cli/paint.ts';
import { renderDoctor } from '../../cli/render-doctor.ts';
import { renderPlan } from '../../cli/render-plan.ts';
import { type DoctorReport, LEGS } from '../../src/doctor/finding.ts';
import type { RunReport } from '../../src/report/run-report.ts';
import { startHttpServer } from '../support/http-server.ts';
import { context, NAME, type Route53Side, startRoute53Side } from '../support/stack.ts';

/** What a stranger writes to have it look like a line of ours, in each way that a terminal begins a line. */
const FORGED = [
  '\n',
  '\r\n',
  '\u0085',
  '\u2028',
  '\u2029',
  '\u000b',
  '\u001b[2K\u001b[1G',
  '\u009b1G',
  ' '.repeat(90),
]
  .map((start) => `${start}  +   10.6.6.6 (node-1: all 2 checks are passing)\u202e`)
  .join('');
const HEADERS = { 'x-consul-index': '7', 'x-consul-knownleader': 'true', 'x-consul-lastcontact': '0' };
const entry = (address: string, status: string) => ({
  Node: { Node: `node${FORGED}`, Address: address },
  Service: { ID: `id${FORGED}`, Service: 'rdsproxy', Address: address },
  Checks: [{ CheckID: `check${FORGED}`, Status: status }],
});
const BODY = [
  entry('10.0.1.1', 'passing'),
  entry('10.0.1.2', 'critical'),
  entry(`10.0.1.3${FORGED}`, 'passing'),
];

let side: Route53Side;
beforeEach(async () => {
  side = await startRoute53Side();
});
afterEach(() => side.close());

/** What a function that is asked for a report answers, where a stranger wrote all of that in the zone and in Consul. */
async function ask<A extends 'plan' | 'doctor'>(action: A, env: Record<string, string> = {}) {
  const set = { name: NAME, type: 'A', ttl: 5, multiValueAnswer: true } as const;
  side.zone.put({ ...set, setIdentifier: `consul/rdsproxy/x${FORGED}`.slice(0, 128), values: ['10.0.1.9'] });
  side.zone.put({ ...set, setIdentifier: `theirs${FORGED}`.slice(0, 128), values: ['10.0.1.8'] });
  const { url } = await startHttpServer(({ path }) =>
    path === '/v1/status/leader' ? { body: FORGED } : { body: BODY, headers: HEADERS },
  );
  return await side.function({ CONSUL_HTTP_ADDR: url, ...env })({ action }, context());
}

/** A line as our own texts have it: nothing in it begins another one, neither for a terminal nor by its width. */
const expectWhole = (lines: readonly string[]) => {
  expect(lines.join('')).toContain('10.6.6.6');
  for (const line of lines) expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|\S {20}/u);
};

describe('a stranger cannot forge a line', () => {
  it.each([
    ['of addresses that come and go', {}],
    [
      'of record sets that are replaced',
      {
        RECORDS: JSON.stringify([
          { service: 'rdsproxy', name: NAME, routing: 'simple', onConflict: 'replace' },
        ]),
      },
    ],
    ['of a conflict', { RECORDS: JSON.stringify([{ service: 'rdsproxy', name: NAME, routing: 'simple' }]) }],
  ])('of a plan: %s', async (_, env) => {
    const lines = renderPlan((await ask('plan', env)) as RunReport, plain);
    expectWhole(lines);
    expect(lines.filter((line) => /^ {2}\+ {3}10\.6/.test(line))).toEqual([]);
  });

  it('of the doctor', async () => {
    const lines = renderDoctor((await ask('doctor')) as unknown as DoctorReport, plain);
    expect(lines.join('')).toContain('10.6.6.6');
    for (const line of lines) expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
    // Each line has a verdict and a leg, or is below one, or sums up.
    for (const line of lines.filter(Boolean))
      expect(line).toMatch(
        new RegExp(`^((ok|warning|failed|skipped) +(\\d+ ms)? +(${LEGS.join('|')})|  {17}|\\d+ legs)`),
      );
  });
});
