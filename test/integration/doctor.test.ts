import { randomUUID } from 'node:crypto';
import { beforeEach, expect, it } from 'vitest';
import type { DoctorReport } from '../../src/doctor/finding.ts';
import { legsOf, verdictsOf } from '../doctor/support.ts';
import { context } from '../support/stack.ts';
import { until } from '../support/until.ts';
import { useWorld } from './support.ts';

// The oldest Consul that is tested tells of no filtering: what the doctor says must hold there, too.
const management = randomUUID();
const world = useWorld({
  config: {
    acl: { enabled: true, default_policy: 'deny', tokens: { master: management, agent: management } },
  },
  token: management,
});
const SERVICE_READ = 'service "rdsproxy" { policy = "read" }';
const NODE_READ = 'node_prefix "" { policy = "read" }';

beforeEach(async () => {
  await world.register(0, '10.0.1.1');
  await world.register(1, '10.0.1.2');
});

async function tokenFor(rules: string): Promise<string> {
  const policy = (await world.put('/v1/acl/policy', { Name: `policy-${randomUUID()}`, Rules: rules })) as {
    ID: string;
  };
  const token = (await world.put('/v1/acl/token', { Policies: [{ ID: policy.ID }] })) as { SecretID: string };
  return token.SecretID;
}

function doctor(token?: string): Promise<DoctorReport> {
  const env = {
    CONSUL_HTTP_ADDR: world.agent(0).url,
    ...(token !== undefined && { CONSUL_HTTP_TOKEN: token }),
  };
  return world.side.function(env)({ action: 'doctor' }, context());
}

/** The server may learn of a token a moment later than the one that made it. */
function onceKnown(token: string): Promise<DoctorReport> {
  return until(async () => {
    const report = await doctor(token);
    return verdictsOf(report)['consul-token'] === 'ok' && report;
  });
}

it('finds nothing wrong with a token that may read what it should', async () => {
  const token = await tokenFor(`${SERVICE_READ} ${NODE_READ}`);
  const report = await onceKnown(token);
  // But that the token is sent without TLS.
  expect(report.legs.filter(({ verdict }) => verdict === 'warning' || verdict === 'failed')).toEqual(
    legsOf(report, 'consul-tls'),
  );
  expect(legsOf(report, 'consul-token')[0]?.message).toMatch(/^Consul knows the token \(accessor .*policy/);
  expect(legsOf(report, 'consul-service')[0]?.details).toHaveLength(2);
  expect(JSON.stringify(report)).not.toContain(token);
});

it('tells a missing node:read from an empty service', async () => {
  const report = await onceKnown(await tokenFor(SERVICE_READ));
  expect(verdictsOf(report)).toMatchObject({ 'consul-node-read': 'failed', 'consul-service': 'failed' });
  expect(legsOf(report, 'consul-node-read')[0]?.remedy).toContain('node_prefix');
});

it('sees that some nodes are hidden', async () => {
  const rules = `${SERVICE_READ} node "consul-1" { policy = "read" }`;
  expect(verdictsOf(await onceKnown(await tokenFor(rules)))['consul-node-read']).toBe('warning');
});

it('does not call a service empty that the token may not read', async () => {
  const report = await onceKnown(await tokenFor(NODE_READ));
  expect(verdictsOf(report)).toMatchObject({ 'consul-node-read': 'ok', 'consul-service': 'failed' });
  expect(legsOf(report, 'consul-service-read')[0]?.verdict).not.toBe('ok');
});

it('says that no token is set, and what follows', async () => {
  const report = await doctor();
  expect(verdictsOf(report)).toMatchObject({ 'consul-node-read': 'failed', 'consul-service': 'failed' });
  expect(legsOf(report, 'consul-service-read')[0]?.verdict).not.toBe('ok');
});

it('names a token that Consul does not know, and does not repeat it', async () => {
  const token = randomUUID();
  const report = await doctor(token);
  expect(legsOf(report, 'consul-token')[0]).toMatchObject({
    verdict: 'failed',
    message: expect.stringContaining('ACL not found'),
  });
  expect(JSON.stringify(report)).not.toContain(token);
});
