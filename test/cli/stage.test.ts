import { describe, expect, it } from 'vitest';
import { askedFor, askedToChange } from '../../cli/stage.ts';
import { REMEDIES } from '../../src/plan/reasons.ts';
import { PARAMETERS, RECORDS } from '../deploy/site.ts';

const MINE = { ...PARAMETERS, hostedZoneId: 'Z08345992R7HSH0ABCDEF', consulTokenSsm: '/consul/token' };

/** What a command works with in a repository whose stage `prod` has these parameters on top of sound ones. */
function ask(own: object = {}, shell: Record<string, string> = {}, stage: string | null = 'prod') {
  const files: Record<string, string> = {
    'serverless.yml': 'service: updater\nresources:\n  - Name: !Ref Topic\n',
    'stages/prod.yml': JSON.stringify({ ...MINE, records: JSON.parse(RECORDS), ...own }),
  };
  return askedFor(stage ?? undefined, shell, (path) => {
    const text = files[path];
    if (text === undefined) throw new Error('no such file');
    return text;
  });
}

describe('the settings of a stage', () => {
  it("are the function's own", () => {
    const { env, settings, deployed, notes } = ask(
      { ownerId: null },
      { PATH: '/bin', AWS_REGION: 'us-west-2' },
    );
    expect(env).toEqual({
      PATH: '/bin',
      AWS_REGION: 'eu-west-1',
      CONSUL_HTTP_ADDR: MINE.consulAddr,
      CONSUL_HTTP_TOKEN_SSM: '/consul/token',
      HOSTED_ZONE_ID: MINE.hostedZoneId,
      OWNER_ID: 'updater-prod',
      RECORDS: '[{"service":"rdsproxy","name":"RDSproxy.corp.internal"}]',
    });
    expect(settings.records).toMatchObject([{ name: 'rdsproxy.corp.internal', owner: 'updater-prod' }]);
    expect(deployed).toEqual({ service: 'updater-prod', stage: 'prod', region: 'eu-west-1' });
    expect(notes).toEqual([]);
  });

  it('give way to what the shell has, which is said', () => {
    const shell = { CONSUL_HTTP_ADDR: 'http://127.0.0.1:8500', CONSUL_HTTP_TOKEN: 'my-own' };
    const { env, notes } = ask({}, shell);
    expect(env).toMatchObject(shell);
    expect(env).not.toHaveProperty('CONSUL_HTTP_TOKEN_SSM');
    expect(notes).toEqual(['CONSUL_HTTP_ADDR, CONSUL_HTTP_TOKEN of this shell win over stages/prod.yml.']);
  });

  it("take the scheme of the stage's address from the stage", () => {
    const shell = { CONSUL_HTTP_SSL: 'true' };
    const { settings } = ask({ consulAddr: 'consul:8501' }, shell);
    expect(settings.consul.addresses).toMatchObject(
      ask({ consulAddr: 'consul:8501' }).settings.consul.addresses,
    );
    const own = ask({}, { ...shell, CONSUL_HTTP_ADDR: 'consul:8501' });
    expect(own.settings.consul.addresses).toMatchObject(
      ask({ consulAddr: 'https://consul:8501' }).settings.consul.addresses,
    );
  });

  it('say that a login is one of this shell', () => {
    const { notes } = ask({ consulTokenSsm: null, consulAuthMethod: 'aws-lambda' });
    expect(notes).toEqual([
      expect.stringMatching(/"aws-lambda" is for the function's role alone, set CONSUL_HTTP_TOKEN\.$/),
    ]);
  });

  it('are not asked for where the shell says which records, unless the stage is named', () => {
    const shell = { RECORDS, CONSUL_HTTP_ADDR: 'http://c:8500', HOSTED_ZONE_ID: 'Z1' };
    expect(askedFor(undefined, shell)).toMatchObject({ env: shell, stage: undefined, notes: [] });
    expect(ask({}, shell).env).toMatchObject({ RECORDS, OWNER_ID: 'updater-prod' });
  });

  it.each([
    ['a record', { records: [{ service: 'a' }] }, {}, 'stages/prod.yml: records[0].name is required.'],
    [
      'a misspelt key of a record',
      { records: [{ service: 'a', name: 'a.corp', minHealty: 2 }] },
      {},
      'stages/prod.yml: records[0].minHealty is not a known key: did you mean minHealthy?',
    ],
    [
      'a key of a record that is like none',
      { records: [{ service: 'a', name: 'a.corp', weight: 2 }] },
      {},
      /^stages\/prod\.yml: records\[0\]\.weight is not a known key: known are service, name, zoneId, /,
    ],
    [
      'a zone',
      { hostedZoneId: 'corp' },
      {},
      /^stages\/prod\.yml: hostedZoneId, "corp", is not the ID of a hosted zone/,
    ],
    [
      'a misspelt parameter',
      { consulAdr: 'x' },
      {},
      /^stages\/prod\.yml: consulAdr is not .*: did you mean consulAddr\?$/,
    ],
    [
      'an example',
      { hostedZoneId: 'Z08345992R7HSH0EXAMPLE' },
      {},
      /^stages\/prod\.yml: hostedZoneId is still the example/,
    ],
    [
      'what the shell has',
      {},
      { CONSUL_HTTP_ADDR: 'ftp://consul' },
      /^The address number 1 in CONSUL_HTTP_ADDR, "ftp:/,
    ],
    [
      'what only a shell has',
      {},
      { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
      /^NODE_TLS_REJECT_UNAUTHORIZED is 0/,
    ],
  ])('are wrong where they were written: %s', (_, own, shell, message) => {
    expect(() => ask(own, shell)).toThrow(message);
  });

  it('must be named by who changes something', () => {
    expect(() => askedToChange(undefined, { RECORDS })).toThrow('Say which stage is meant: --stage NAME.');
    expect(() => askedToChange(undefined, { npm_config_stage: 'prod' })).toThrow(/^npm took --stage/);
  });

  it('are wanted of the stage dev by default, as for sls', () => {
    expect(() => ask({}, {}, null)).toThrow('There is no stages/dev.yml');
    expect(() => ask({}, { npm_config_stage: 'prod' }, null)).toThrow(
      'npm took --stage for an option of its own: put -- before it, as in -- --stage prod.',
    );
  });
});

it('says what the function says in the words of the stage, but for what the shell has', () => {
  const { words } = ask({}, { CONSUL_HTTP_ADDR: 'http://127.0.0.1:8500' });
  expect(words('Set HOSTED_ZONE_ID; see CONSUL_HTTP_ADDR and CONSUL_CACERT.')).toBe(
    'Set hostedZoneId; see CONSUL_HTTP_ADDR and consulCaCert.',
  );
  expect(words('export HOSTED_ZONE_ID=…')).toBe('export HOSTED_ZONE_ID=…');
  expect(words(REMEDIES.vanished)).toContain(' npm run force -- --stage prod --record <name>.');
});
