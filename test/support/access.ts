import { onTestFinished } from 'vitest';
import { type AccessPorts, type ConsulAccess, consulAccess } from '../../src/consul/consul-access.ts';
import type { ConsulSettings } from '../../src/settings/consul-settings.ts';

const NOTHING: AccessPorts = {
  secrets: { read: () => Promise.reject(new Error('no secret is kept anywhere')) },
  signCallerIdentity: () => Promise.reject(new Error('nobody logs in')),
  now: Date.now,
};

/** Access to Consul, closed after the test; without a token where the settings name none. */
export function openAccess(
  settings: Partial<ConsulSettings> & Pick<ConsulSettings, 'addresses'>,
  ports: Partial<AccessPorts> = {},
): ConsulAccess {
  const access = consulAccess(
    { identity: { by: 'nothing' }, tls: {}, ...settings },
    { ...NOTHING, ...ports },
  );
  onTestFinished(() => access.close());
  return access;
}
