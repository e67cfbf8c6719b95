import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { plain } from '../../../cli/paint.ts';
import { examineStatus } from '../../../cli/status/examine-status.ts';
import { renderStatus } from '../../../cli/status/render-status.ts';
import { resolveBy } from '../../../cli/status/resolve.ts';
import { isSound } from '../../../cli/status/status.ts';
import { lookupIn } from '../../../emulators/dns/lookup.ts';
import { startDns } from '../../../emulators/dns/server.ts';
import { dnsZoneOf } from '../../../emulators/stack.ts';
import { context, NAME, records, type Stack, startStack } from '../../support/stack.ts';
import { askOf, OWNER } from '../support.ts';

let stack: Stack;
beforeEach(async () => {
  stack = await startStack();
});
afterEach(() => stack.close());

/**
 * How the records of the stage `dev` stand, and the lines that tell of it.
 *
 * @param meanwhile what goes on whenever it waits.
 */
async function status(
  own: Readonly<Record<string, string>> = {},
  meanwhile: () => unknown = () => undefined,
) {
  let now = 0;
  const sleep = async (milliseconds: number) => {
    now += milliseconds;
    await meanwhile();
  };
  const dns = await startDns({ lookup: lookupIn(() => stack.route53.zones.all().map(dnsZoneOf)) });
  try {
    const { asked, outside } = askOf(stack, own);
    const report = await examineStatus(asked, resolveBy([`${dns.address}:${dns.port}`]), outside, {
      now: () => now,
      sleep,
    });
    return { report, lines: renderStatus(report, plain, asked.deployed) };
  } finally {
    await dns.close();
  }
}

describe('npm run status', () => {
  it('says of a record what is published, since when, by whom, and what clients are told', async () => {
    const start = Math.floor(Date.now() / 1_000) * 1_000;
    await stack.publishing(['10.0.1.11', '10.0.1.12'], { OWNER_ID: OWNER });
    await stack.register('10.0.1.13', 'critical');
    const before = stack.changeCalls();
    const { report, lines } = await status();
    expect(lines).toEqual([
      `${NAME} A (rdsproxy): as it should be`,
      '  published  10.0.1.11, 10.0.1.12',
      expect.stringMatching(
        new RegExp(
          `^ {2}kept by {4}${OWNER}, as it is since 20\\d\\d-\\d\\d-\\d\\dT[\\d:]{8}Z or longer \\(revision 1 of the zone\\)$`,
        ),
      ),
      '  Consul     2 healthy of 3',
      '  resolver   10.0.1.11, 10.0.1.12',
      '',
      '1 record: all is well. Nothing was changed.',
    ]);
    expect(report).toMatchObject({
      action: 'status',
      stage: 'dev',
      owner: OWNER,
      records: [{ name: NAME, owner: OWNER, revision: 1, healthy: 2, instances: 3, outcome: 'unchanged' }],
      orphans: [],
      problems: [],
    });
    expect(Date.parse(report.records[0]?.since ?? '')).toBeGreaterThanOrEqual(start);
    expect(stack.changeCalls()).toBe(before);
  });

  it('says why a record is held, and that nobody does what should be done', async () => {
    await stack.publishing(['10.0.1.11'], { OWNER_ID: OWNER });
    await stack.setStatus('10.0.1.11', 'critical');
    await stack.register('10.0.2.1', 'passing', 'web');
    const { lines, report } = await status({
      RECORDS: records({}, { service: 'web', name: 'web.corp.internal' }),
    });
    const text = lines.join('\n');
    expect(text).toContain(`${NAME} A (rdsproxy): held, no-healthy-instances\n  published  10.0.1.11\n`);
    expect(text).toContain('\n  why        the only instance of "rdsproxy" is not healthy: ');
    expect(text).toContain("\n  do         Look at the service's checks in Consul; ");
    expect(text).toContain(
      'web.corp.internal A (web): not as it should be\n  published  nothing\n  kept by    nobody yet\n',
    );
    expect(text).toContain('\n  resolver   is not asked: it would remember that there is nothing\n');
    expect(text).toContain('\n  pending    would add 10.0.2.1 (');
    expect(text).toContain('\n  why        It is still not done: no function follows this record, ');
    expect(text).toContain(
      '\n  do         Deploy it, if it is not deployed yet; its first run is a minute away at most. Otherwise ask it: aws lambda invoke --region eu-west-1 --function-name updater-dev-update ',
    );
    expect(lines.at(-1)).toBe('2 records: 1 held or failed, 1 not followed. Nothing was changed.');
    expect(report.records.map(({ overdue }) => overdue)).toEqual([false, true]);
    expect(isSound({ records: report.records.filter(({ overdue }) => overdue) })).toBe(false);
  });

  it('looks again until the function has done what was pending', async () => {
    const handler = await stack.publishing(['10.0.1.11', '10.0.1.12'], { OWNER_ID: OWNER });
    await stack.setStatus('10.0.1.11', 'critical');
    const { lines, report } = await status({}, () => handler({}, context()));
    expect(lines[0]).toBe(`${NAME} A (rdsproxy): as it should be`);
    expect(lines[1]).toBe('  published  10.0.1.12');
    expect(lines[2]).toContain('(revision 2 of the zone)');
    expect(isSound(report)).toBe(true);
  });

  it('names another owner, orphans of its own, and nobody else', async () => {
    await stack.publishing(['10.0.1.11'], { OWNER_ID: 'blue' });
    await stack.function({ OWNER_ID: OWNER, RECORDS: records({ name: 'old.corp.internal' }) })({}, context());
    const { lines } = await status();
    const text = lines.join('\n');
    expect(text).toContain(`${NAME} A (rdsproxy): failed, owned-by-another`);
    expect(text).toContain('  kept by    blue, another owner, as it is since');
    expect(text).toContain(
      '\norphan old.corp.internal (rdsproxy): 10.0.1.11; no stage has it, and it is kept as it is\n',
    );
    expect(text).toContain('npm run prune -- --stage dev shows what would go, and asks.');
    expect(text.match(/^orphan/gm)).toHaveLength(1);
  });

  it('calls outdated what no set at the name has, whoever owns it, and nothing where it cannot know', async () => {
    await stack.publishing(['10.0.1.11'], { OWNER_ID: OWNER });
    const theirs = { name: NAME, type: 'A', ttl: 60, multiValueAnswer: true, values: ['10.9.9.9'] } as const;
    stack.zone.put({ ...theirs, setIdentifier: 'theirs' });
    const { asked, outside } = askOf(stack);
    const resolve = async () => ({ addresses: ['10.0.1.11', '10.0.1.12', '10.9.9.9'] });
    const resolved = async () =>
      renderStatus(await examineStatus(asked, resolve, outside), plain).find((line) =>
        line.includes('resolver'),
      );
    expect(await resolved()).toBe(
      '  resolver   10.0.1.11, 10.0.1.12, 10.9.9.9: of these 10.0.1.12 is not published any more, and will be gone once the TTL is over',
    );
    for (const set of stack.zone.recordSets().filter(({ type }) => type === 'A')) stack.zone.remove(set);
    stack.zone.put({ name: NAME, type: 'A', ttl: 60, values: ['10.9.9.9'], setIdentifier: 'w', weight: 1 });
    expect(await resolved()).toBe('  resolver   10.0.1.11, 10.0.1.12, 10.9.9.9');
  });

  it('asks no resolver for a name at which there is nothing, not even an answer of somebody else', async () => {
    const { asked, outside } = askOf(stack, { RECORDS: records({}, { name: 'theirs.corp.internal' }) });
    stack.zone.put({ name: 'theirs.corp.internal', type: 'CNAME', ttl: 60, values: ['a.corp.internal.'] });
    const names: string[] = [];
    const resolve = async (name: string) => {
      names.push(name);
      return { addresses: [] };
    };
    await examineStatus(asked, resolve, outside);
    expect(names).toEqual(['theirs.corp.internal']);
  });

  it('says what it could not find out', async () => {
    stack.route53.faults.add({ kind: 'access-denied', operation: 'ListResourceRecordSets' });
    const text = (await status()).lines.join('\n');
    expect(text).toContain(`${NAME} A (rdsproxy): failed, access-denied`);
    expect(text).toContain('  published  not known');
    expect(text).toContain('  kept by    not known, as the zone could not be read');
    expect(text).toContain('  Consul     not known, as the record failed before');
    expect(text).toMatch(/^Whether there are orphans is not known: listing the records of the hosted zone /m);
    stack.route53.faults.clear();
    const withoutConsul = await status({ CONSUL_HTTP_ADDR: 'http://127.0.0.1:1' });
    expect(withoutConsul.lines).toContain('  kept by    nobody yet');
    expect(withoutConsul.lines).toContain('  Consul     could not be read, or is not believed');
  });
});
