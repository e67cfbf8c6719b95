import { readDeployment } from '../../scripts/deployment.ts';

/** The parameters that a deployment cannot do without. */
export const PARAMETERS = {
  consulAddr: 'http://consul.corp.internal:8500',
  hostedZoneId: 'Z08345992R7HSH0EXAMPLE',
  vpcId: 'vpc-0123456789abcdef0',
  subnetIds: 'subnet-0123456789abcdef0, subnet-0fedcba9876543210',
  alarmEmail: 'operations@example.com',
};

export const RECORDS = '[\n  { "service": "rdsproxy", "name": "RDSproxy.corp.internal" }\n]';

/** The deployment of those parameters, with others on top. */
export const deploy = (own: Record<string, unknown> = {}, records = RECORDS) =>
  readDeployment({ ...PARAMETERS, ...own }, 'updater-dev', records);

/** The properties of a resource that must be there. */
export function propertiesOf(resources: Readonly<Record<string, object>>, id: string): object {
  const resource = resources[id];
  if (!resource || !('Properties' in resource) || typeof resource.Properties !== 'object') {
    throw new Error(`no resource ${id} among ${Object.keys(resources).join(', ')}`);
  }
  return resource.Properties ?? {};
}
