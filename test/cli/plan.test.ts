import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { RunReport } from '../../src/report/run-report.ts';
import { bundledCommand } from '../support/bundled-command.ts';
import { runScript } from '../support/script.ts';
import { context, NAME, RECORDS, records, type Stack, startStack } from '../support/stack.ts';

/** What all but the first test run: it starts faster than what npm runs. */
let bundle: string;
beforeAll(async () => {
  bundle = await bundledCommand('plan');
});

let stack: Stack;
beforeEach(async () => {
  stack = await startStack();
});
afterEach(() => stack.close());

/** Runs the command as an operator would, against the stand-ins; a variable that is undefined is not set. */
function plan(
  args: readonly string[] = [],
  own: Readonly<Record<string, string | undefined>> = {},
  file = bundle,
) {
  const env: Readonly<Record<string, string | undefined>> = {
    CONSUL_HTTP_ADDR: stack.consul.agents.map(({ url }) => url).join(),
    HOSTED_ZONE_ID: stack.zone.id,
    RECORDS,
    AWS_ENDPOINT_URL_ROUTE_53: stack.route53.url,
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'planted-s3cret',
    ...own,
  };
  const set = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return runScript(file, args, Object.fromEntries(set));
}

const writes = () =>
  stack.route53.requests.filter(({ operation }) => operation === 'ChangeResourceRecordSets');

describe('npm run plan', () => {
  it('shows what would change, writes nothing, and exits with 2', async () => {
    await stack.register('10.0.1.11');
    await stack.register('10.0.2.11', 'critical');
    const { code, stdout, stderr } = await plan([], {}, 'cli/plan.ts');
    expect(stdout.split('\n')).toEqual([
      `${NAME} A (rdsproxy): planned`,
      '  +   10.0.1.11 (consul-1: all 2 checks are passing)',
      '  ~   note that "consul-route53-updater" keeps the name',
      '  out 10.0.2.11 (consul-1: check "check-rdsproxy-10.0.2.11" is critical)',
      '',
      '1 record (1 planned): changes are pending. Nothing was written.',
      '',
    ]);
    expect(stderr).toBe('');
    expect(code).toBe(2);
    expect(stack.route53.requests.length).toBeGreaterThan(0);
    expect(writes()).toEqual([]);
    expect(stack.published()).toEqual([]);
  });

  it('exits with 0 where Route 53 is as it should be', async () => {
    await stack.register('10.0.1.11');
    await stack.function({})({}, context());
    expect(stack.published()).toEqual(['10.0.1.11']);
    const written = writes().length;
    const { code, stdout } = await plan();
    expect(stdout).toContain('  =   10.0.1.11 (consul-1: all 2 checks are passing)');
    expect(stdout).toContain('nothing to do. Nothing was written.');
    expect(code).toBe(0);
    expect(writes()).toHaveLength(written);
  });

  it('exits with 0 where a guard holds the record, and shows why', async () => {
    await stack.publishing(['10.0.1.11']);
    await stack.setStatus('10.0.1.11', 'critical');
    const { code, stdout } = await plan();
    expect(stdout).toContain(`${NAME} A (rdsproxy): held, no-healthy-instances`);
    expect(stdout).toContain('why the only instance of "rdsproxy" is not healthy');
    expect(code).toBe(0);
  });

  it('judges as the owner in OWNER_ID, and says so where it is not set', async () => {
    await stack.publishing(['10.0.1.11'], { OWNER_ID: 'updater-dev' });
    const asNobody = await plan();
    expect(asNobody.stdout).toContain(`${NAME} A (rdsproxy): failed, owned-by-another`);
    expect(asNobody.stdout).toContain(
      '  do  If that deployment is yours: add --stage <stage>, or export OWNER_ID=',
    );
    expect(asNobody).toMatchObject({ code: 1, stderr: '' });
    const asOwner = await plan([], { OWNER_ID: 'updater-dev' });
    expect(asOwner).toMatchObject({ code: 0, stderr: '' });
    const asAnother = await plan([], { OWNER_ID: 'updater-prod' });
    expect(asAnother).toMatchObject({ code: 1, stderr: '' });
  });

  it('prints the report alone with --json', async () => {
    await stack.register('10.0.1.11');
    const { code, stdout, stderr } = await plan(['--json']);
    const report = JSON.parse(stdout) as RunReport;
    expect(report).toMatchObject({ action: 'plan', outcome: 'planned', records: [{ name: NAME }] });
    expect(stderr).toBe('');
    expect(code).toBe(2);
  });

  it('takes a stage, over which this shell wins, and names what is wrong in its words', async () => {
    await stack.register('10.0.1.11');
    const own = {
      RECORDS: undefined,
      CONSUL_NAMESPACE: ' ',
      HOSTED_ZONE_ID: 'Z0NOSUCHZONE',
      OWNER_ID: undefined,
    };
    const { code, stdout, stderr } = await plan(['--stage', 'dev'], own);
    expect(stderr).toBe('CONSUL_HTTP_ADDR, HOSTED_ZONE_ID of this shell win over stages/dev.yml.\n');
    expect(stdout).toContain(`${NAME} A (rdsproxy): failed, zone-not-found`);
    expect(stdout).toContain('of this account, or of that of route53RoleArn.');
    expect(code).toBe(1);
    // The stage is as it is shipped.
    const asShipped = await plan([], { RECORDS: undefined, HOSTED_ZONE_ID: undefined });
    expect(asShipped.stderr).toBe(
      'stages/dev.yml: hostedZoneId is still the example "Z08345992R7HSH0EXAMPLE": put in your own.\n',
    );
  });

  it('says in one line each what is wrong with the settings', async () => {
    const { code, stdout, stderr } = await plan([], {
      CONSUL_HTTP_ADDR: 'consul',
      HOSTED_ZONE_ID: undefined,
      RECORDS: records({ minHealty: 2 }),
    });
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^The address number 1 in CONSUL_HTTP_ADDR, "consul", is not of the form/),
      expect.stringMatching(/^HOSTED_ZONE_ID is required/),
      'RECORDS[0].minHealty is not a known key: did you mean minHealthy?',
    ]);
    expect(stdout).toBe('');
    expect(code).toBe(1);
  });

  it.each([
    {
      title: 'an unknown zone',
      own: { HOSTED_ZONE_ID: 'Z0NOSUCHZONE' },
      says: [
        `${NAME} A (rdsproxy): failed, zone-not-found`,
        "  do  Set HOSTED_ZONE_ID, or the record's zoneId, to a hosted zone of this account, or of that of ROUTE53_ROLE_ARN.",
      ],
    },
    {
      title: 'a Consul that is down',
      own: { CONSUL_HTTP_ADDR: 'http://127.0.0.1:1' },
      says: [
        `${NAME} A (rdsproxy): held, source-unavailable`,
        'Consul at http://127.0.0.1:1 refused the connection',
      ],
    },
  ])('exits with 1 for $title, and says so', async ({ own, says }) => {
    const { code, stdout, stderr } = await plan([], own);
    for (const sentence of says) expect(stdout).toContain(sentence);
    expect(stdout).toContain('not everything could be planned');
    expect(stderr).toBe('');
    expect(code).toBe(1);
  });

  it("finds the credentials of an operator's profile, as the AWS CLI does", async () => {
    await stack.register('10.0.1.11');
    const folder = await mkdtemp(join(tmpdir(), 'plan-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'credentials');
    await writeFile(file, '[dev]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = planted-s3cret\n');
    const { code, stderr } = await plan([], {
      AWS_ACCESS_KEY_ID: undefined,
      AWS_SECRET_ACCESS_KEY: undefined,
      AWS_PROFILE: 'dev',
      AWS_SHARED_CREDENTIALS_FILE: file,
    });
    expect(stderr).toBe('');
    expect(code).toBe(2);
  });

  it.each([
    ['none', {}, /^This shell has no AWS credentials \(.*\): set AWS_PROFILE, or AWS_ACCESS_KEY_ID and /],
    [
      'a profile that is not there',
      { AWS_PROFILE: 'nosuch' },
      /^The profile "nosuch" in AWS_PROFILE gives no AWS/,
    ],
  ])('says in a sentence that the shell has no credentials: %s', async (_, own, sentence) => {
    const none = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };
    const { code, stdout, stderr } = await plan([], { ...none, ...own });
    expect(stderr).toMatch(sentence);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stdout).toBe('');
    expect(code).toBe(1);
  });

  it('answers what it does not know with a sentence, and asks nobody', async () => {
    const sentence = 'There is no option --jsno: see --help.\n';
    expect(await plan(['--jsno'])).toEqual({ code: 1, stdout: '', stderr: sentence });
    expect(stack.route53.requests).toEqual([]);
    expect(stack.consul.requests).toEqual([]);
  });
});
