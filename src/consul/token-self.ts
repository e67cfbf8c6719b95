import * as v from 'valibot';
import { DeadlineError } from '../errors.ts';
import type { Call, ConsulEndpoint } from './endpoint.ts';

const SelfSchema = v.object({ ExpirationTime: v.string() });

/**
 * When a token expires, as Consul tells the one who has it.
 * https://developer.hashicorp.com/consul/api-docs/acl/tokens#read-self-token
 *
 * @returns milliseconds since 1970; `undefined` if it does not expire, or if that cannot be found out.
 * @throws DeadlineError once the signal aborts.
 */
export async function expiryOf(endpoint: ConsulEndpoint, call: Call): Promise<number | undefined> {
  try {
    const { status, body } = await endpoint.send({ method: 'GET', path: '/acl/token/self' }, call);
    const self = status === 200 ? v.safeParse(SelfSchema, body) : undefined;
    const time = self?.success ? Date.parse(self.output.ExpirationTime) : Number.NaN;
    return Number.isFinite(time) ? time : undefined;
  } catch (error) {
    if (error instanceof DeadlineError) throw error;
    return undefined;
  }
}
