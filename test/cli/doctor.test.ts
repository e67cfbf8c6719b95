import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { plain } from '../../cli/paint.ts';
import { renderDoctor } from '../../cli/render-doctor.ts';
import { type DoctorReport, legOf, ok, reportDoctor, skipped, warning } from '../../src/doctor/finding.ts';
import { bundledCommand } from '../support/bundled-command.ts';
import { runScript } from '../support/script.ts';
import { RECORDS, type Stack, startStack } from '../support/stack.ts';

describe('renderDoctor', () => {
  it('has a row for each leg, with what to do and the details below', () => {
    const report = reportDoctor([
      legOf('clock', skipped('Nobody answered.')),
      legOf('settings', ok('The settings are sound.')),
      legOf('consul-service', warning('None healthy.', 'Look at it.', ['out 10.0.1.1']), 'a.corp', 1234),
    ]);
    expect(renderDoctor(report, plain)).toEqual([
      'ok          0 ms  settings               The settings are sound.',
      'warning  1234 ms  consul-service a.corp  None healthy.',
      '                    out 10.0.1.1',
      '                  do Look at it.',
      'skipped           clock                  Nobody answered.',
      '',
      '3 legs (1 warning, 1 ok, 1 skipped): it works, and somebody should look. Nothing was changed.',
    ]);
  });
});

describe('npm run doctor', () => {
  /** What all but the first test run: it starts faster than what npm runs. */
  let bundle: string;
  beforeAll(async () => {
    bundle = await bundledCommand('doctor');
  });

  let stack: Stack;
  beforeEach(async () => {
    stack = await startStack();
    await stack.register('10.0.1.11');
  });
  afterEach(() => stack.close());

  const doctor = (args: readonly string[] = [], own: Readonly<Record<string, string>> = {}, file = bundle) =>
    runScript(file, args, {
      CONSUL_HTTP_ADDR: stack.consul.agents.map(({ url }) => url).join(),
      HOSTED_ZONE_ID: stack.zone.id,
      RECORDS,
      AWS_ENDPOINT_URL_ROUTE_53: stack.route53.url,
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'planted-s3cret',
      ...own,
    });

  it('prints the table and exits with 0 where all is well', async () => {
    const { code, stdout, stderr } = await doctor([], {}, 'cli/doctor.ts');
    expect(stdout).toMatch(/^ok +\d+ ms {2}settings/);
    expect(stdout).toContain('in  10.0.1.11 (consul-1: all 2 checks are passing)');
    expect(stdout).toMatch(/all is well\. Nothing was changed\.\n$/);
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });

  it('judges as the owner in OWNER_ID, and says so where it is not set', async () => {
    await stack.publishing(['10.0.1.11'], { OWNER_ID: 'updater-dev' });
    const asNobody = await doctor();
    expect(asNobody.stdout).toContain('is kept by the owner "updater-dev"');
    expect(asNobody.stdout).toContain(
      'do If that deployment is yours: add --stage <stage>, or export OWNER_ID=',
    );
    expect(asNobody).toMatchObject({ code: 1, stderr: '' });
    expect(await doctor([], { OWNER_ID: 'updater-dev' })).toMatchObject({ code: 0, stderr: '' });
  });

  it('exits with 1 where a leg failed, and prints the report alone with --json', async () => {
    stack.route53.faults.add({ kind: 'access-denied', operation: 'ChangeResourceRecordSets' });
    const { code, stdout, stderr } = await doctor(['--json']);
    const report = JSON.parse(stdout) as DoctorReport;
    expect(report).toMatchObject({ action: 'doctor', outcome: 'failed' });
    expect(report.legs).toContainEqual(expect.objectContaining({ leg: 'route53-change', verdict: 'failed' }));
    expect(stderr).toBe('');
    expect(code).toBe(1);
  });

  it('says of a profile that is not there what plan says, and once', async () => {
    const none = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_PROFILE: 'nosuch' };
    const own = { ...none, CONSUL_HTTP_TOKEN: 'mine' };
    const { code, stdout } = await doctor(['--stage', 'dev'], own);
    expect(stdout).toMatch(
      /^failed .* aws-credentials .* The profile "nosuch" in AWS_PROFILE gives no AWS /m,
    );
    expect(stdout.match(/nosuch/g)).toHaveLength(1);
    expect(stdout).not.toContain('Whether there are orphans');
    expect(code).toBe(1);
  });

  it('answers what it does not know with a sentence', async () => {
    expect(await doctor(['--jsno'])).toEqual({
      code: 1,
      stdout: '',
      stderr: 'There is no option --jsno: see --help.\n',
    });
  });
});
