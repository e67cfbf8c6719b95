import { beforeEach, describe, expect, it } from 'vitest';
import { answerFinding } from '../../src/doctor/answer.ts';
import type { RecordSet } from '../../src/domain/record-set.ts';
import { multivalueSet, otherSet, recordSetting, simpleSet } from '../support/records.ts';
import { NAME, type Stack } from '../support/stack.ts';
import { examinedStack, legsOf, runDoctorOn } from './support.ts';

const many = Array.from({ length: 12 }, (_, i) => `10.0.1.${i + 1}`);

describe('what the resolver answers', () => {
  const compare = (
    published: readonly string[],
    answered: readonly string[],
    since?: number,
    routing: 'multivalue' | 'simple' = 'multivalue',
  ) =>
    answerFinding(
      recordSetting({ routing }),
      routing === 'simple' ? [simpleSet(published)] : published.map((address) => multivalueSet(address)),
      new Map([['A', answered]]),
      since,
    );

  it.each<[string, readonly string[], readonly string[]]>([
    ['the same in another order', ['10.0.0.1', '10.0.0.2'], ['10.0.0.2', '10.0.0.1']],
    ['nothing where nothing is published', [], []],
    ['eight of more than eight', many, many.slice(4)],
  ])('is well where it is %s', (_, published, answered) => {
    expect(compare(published, answered)).toMatchObject({
      verdict: 'ok',
      message: 'The resolver here answers rdsproxy.corp.internal by what is published.',
    });
  });

  it('may differ for a minute and the TTL after a change', () => {
    const differs = (since: number) => compare(['10.0.0.2'], ['10.0.0.1'], since);
    expect(differs(64_000)).toMatchObject({
      verdict: 'ok',
      message:
        'The resolver here does not answer rdsproxy.corp.internal by what is published: it still answers 10.0.0.1, does not answer 10.0.0.2 yet. Something was changed 64 s ago. A change takes up to a minute in Route 53, and the TTL, 5 s, in the resolver.',
    });
    expect(differs(66_000)).toMatchObject({
      verdict: 'warning',
      message: expect.stringMatching(/, although nothing was changed for 66 s\.$/),
    });
  });

  it.each<[string, readonly string[], readonly string[], 'multivalue' | 'simple', RegExp]>([
    ['nothing', ['10.0.0.1'], [], 'multivalue', /it does not answer 10\.0\.0\.1 yet\./],
    ['fewer of many than eight', many, many.slice(6), 'multivalue', /does not answer 10\.0\.1\.1 yet/],
    ['eight of many in one set', many, many.slice(4), 'simple', /does not answer 10\.0\.1\.1 yet/],
    [
      'one that is not among many',
      many,
      [...many.slice(5), '10.9.9.9'],
      'multivalue',
      /still answers 10\.9\.9\.9\./,
    ],
  ])(
    'is a warning where it is %s, also if nobody knows since when',
    (_, published, answered, routing, says) => {
      const finding = compare(published, answered, undefined, routing);
      expect(finding.verdict).toBe('warning');
      expect(finding.message).toMatch(says);
      expect(finding.message).toMatch(/ Since when is not known\.$/);
    },
  );
});

describe('where somebody else has a set that does not say what it answers', () => {
  const answered = new Map([
    ['A', ['10.77.0.1']],
    ['AAAA', ['fd00::9']],
  ] as const);
  const verdictOf = (...sets: readonly RecordSet[]) =>
    answerFinding(recordSetting(), sets, answered, 600_000).verdict;

  it.each(['alias', 'weighted'] as const)('(%s), only the other type is compared', (routing) => {
    expect(verdictOf(otherSet(routing), multivalueSet('fd00::9'))).toBe('ok');
    expect(verdictOf(otherSet(routing), multivalueSet('fd00::1'))).toBe('warning');
  });

  it('(a CNAME), no type is compared', () => {
    expect(answerFinding(recordSetting(), [otherSet('simple', 'CNAME')], answered, 600_000)).toMatchObject({
      verdict: 'ok',
      message:
        'The resolver here answers rdsproxy.corp.internal by what is published, but for the CNAME record set, which does not say what it answers.',
    });
  });

  it('of another type, as a text, both are', () => {
    expect(verdictOf(otherSet('simple', 'TXT'), multivalueSet('fd00::9'))).toBe('warning');
  });
});

describe('the leg of a record', () => {
  let stack: Stack;
  beforeEach(async () => {
    stack = await examinedStack();
    stack.put('consul/rdsproxy/10.0.1.1', '10.0.1.1');
  });

  const run = async (addresses: () => Promise<readonly string[]>) => {
    const resolver = {
      primaryNameServer: async () => stack.zone.nameServers[0] ?? '',
      addresses: async (_: string, type: string) => (type === 'A' ? await addresses() : []),
    };
    const env = { AWS_LAMBDA_FUNCTION_NAME: 'updater', AWS_REGION: 'us-east-1' };
    return legsOf(await runDoctorOn(stack, env, { resolver }), 'record-answer')[0];
  };
  const revisionOf = (minutes: number) =>
    stack.zone.put({
      ...{ name: '_consul-route53-updater.corp.internal', type: 'TXT', ttl: 60, multiValueAnswer: true },
      setIdentifier: 'consul-route53-updater',
      values: [
        `"heritage=consul-route53-updater,owner=consul-route53-updater,revision=7-x,changed=${new Date(Date.now() - minutes * 60_000).toISOString()}"`,
      ],
    });

  it('is well where the resolver answers what is listed', async () => {
    expect(await run(async () => ['10.0.1.1'])).toMatchObject({ subject: NAME, verdict: 'ok' });
  });

  it('knows from the revision for how long nothing was changed', async () => {
    revisionOf(10);
    expect(await run(async () => ['10.0.1.9'])).toMatchObject({
      verdict: 'warning',
      message: expect.stringMatching(/although nothing was changed for 60\d s\.$/),
    });
    revisionOf(0);
    expect(await run(async () => ['10.0.1.9'])).toMatchObject({ verdict: 'ok' });
  });

  it('asks nobody for a name at which there is nothing yet', async () => {
    for (const set of stack.zone.find(NAME, 'A')) stack.zone.remove(set);
    expect(await run(() => expect.unreachable())).toMatchObject({
      verdict: 'skipped',
      message: expect.stringMatching(/^There is nothing at the name yet/),
    });
  });

  it('has failed where the resolver does not answer', async () => {
    expect(await run(() => Promise.reject(new Error('queryA ESERVFAIL')))).toMatchObject({
      verdict: 'failed',
      message: `The resolver here did not answer for ${NAME} (queryA ESERVFAIL).`,
    });
  });
});
