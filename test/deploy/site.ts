import { readDeployment } from '../../deploy/deployment.ts';
import type { StageFile } from '../../deploy/stage-file.ts';

/** The parameters that a deployment cannot do without. */
export const PARAMETERS = {
  region: 'eu-west-1',
  consulAddr: 'http://consul.corp.internal:8500',
  hostedZoneId: 'Z08345992R7HSH0EXAMPLE',
  vpcId: 'vpc-0123456789abcdef0',
  subnetIds: 'subnet-0123456789abcdef0, subnet-0fedcba9876543210',
  alarmEmail: 'operations@example.com',
};

export const RECORDS = '[\n  { "service": "rdsproxy", "name": "RDSproxy.corp.internal" }\n]';

/** As many records, as JSON, each of a service of its own. */
export const manyRecords = (count: number) =>
  JSON.stringify(
    Array.from({ length: count }, (_, i) => ({
      service: `service-${i}`,
      name: `service-${i}.corp.internal`,
    })),
  );

/** The deployment of those parameters, with others on top, in a repository that has these files. */
export const deploy = (
  own: Record<string, unknown> = {},
  records = RECORDS,
  files: Readonly<Record<string, string>> = {},
) =>
  readDeployment(stageOf({ ...PARAMETERS, ...own }, records), DEPLOYED, (path) => {
    const text = files[path];
    if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    return text;
  });

/** The name of a deployment. */
export const DEPLOYED = { service: 'updater-dev', stage: 'dev' };

/** A stage with these parameters, and with records as JSON. */
export const stageOf = (parameters: Record<string, unknown>, records = RECORDS): StageFile => ({
  path: 'stages/dev.yml',
  parameters,
  records: JSON.parse(records),
  elsewhere: {},
});

/** A certificate that is good until the year 2126; nobody has its key. */
export const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBgTCCASegAwIBAgIUTIZQyELL7a1Sxmf2p6vahAq0Y5IwCgYIKoZIzj0EAwIw
FTETMBEGA1UEAwwKRXhhbXBsZSBDQTAgFw0yNjExMjIxODAzMjhaGA8yMTI2MTAy
OTE4MDMyOFowFTETMBEGA1UEAwwKRXhhbXBsZSBDQTBZMBMGByqGSM49AgEGCCqG
SM49AwEHA0IABCatYyVwPBVV4WPtqn1Pzi0R6iMuMowLrkkh+zh956HdNUGIEM8S
1QPdThHHL1ip23eziq/vXTATa5kBUDHAvWyjUzBRMB0GA1UdDgQWBBTwmS9dU5Xm
uUq/LKIGbcP0z1PHWzAfBgNVHSMEGDAWgBTwmS9dU5XmuUq/LKIGbcP0z1PHWzAP
BgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIQD0DlEZBXFtB2g0p9ds
w0g1S1AJB+XZxCR+3TDDtTHSmQIgVQifyKudMR599GqHikeGOkouydTaiu/88azO
XgKWrLg=
-----END CERTIFICATE-----
`;

/** The files of the repository that the parameters may name. */
export const FILES = { 'certs/consul-ca.pem': CERTIFICATE, 'certs/rdsproxy.pem': CERTIFICATE };

export const KEY = 'arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab';

/** Everything about Consul that can stand together, with a login or, on top, a token. */
export const CONSUL = {
  consulAddr: 'https://consul.corp.internal:8501',
  consulAuthMethod: 'aws-lambda',
  consulAuthServerId: 'consul.corp.internal',
  consulCaCert: 'certs/consul-ca.pem',
  consulClientCertSsm: '/consul/client-certificate',
  consulClientKeySecret: 'consul/tls#key',
  consulTlsServerName: 'server.dc1.consul',
  consulNamespace: 'databases',
  consulPartition: 'production',
  consulDatacenter: 'dc1',
  consulConsistency: 'stale',
  consulMaxStale: '2.5',
  secretsKeyArn: KEY,
};

/** The properties of a resource that must be there. */
export function propertiesOf(resources: Readonly<Record<string, object>>, id: string): object {
  const resource = resources[id];
  if (!resource || !('Properties' in resource) || typeof resource.Properties !== 'object') {
    throw new Error(`no resource ${id} among ${Object.keys(resources).join(', ')}`);
  }
  return resource.Properties ?? {};
}
