import { describe, expect, it } from 'vitest';
import { toRecordStoreError } from '../../src/route53/store-error.ts';

const sdkError = (name: string, message: string, own: object = {}) =>
  Object.assign(new Error(message), { name, ...own });

describe('toRecordStoreError', () => {
  it.each([
    ['InvalidChangeBatch', 'rejected'],
    ['NoSuchHostedZone', 'zone-not-found'],
    ['AccessDenied', 'access-denied'],
    ['CredentialsProviderError', 'access-denied'],
    ['ExpiredToken', 'access-denied'],
    ['Throttling', 'throttled'],
    ['PriorRequestNotComplete', 'throttled'],
    ['TimeoutError', 'route53-unavailable'],
    ['InternalFailure', 'route53-unavailable'],
  ])('takes %s for %s, and keeps the cause', (name, reason) => {
    const cause = sdkError(name, 'what Route 53 said');
    expect(toRecordStoreError(cause, 'changing Z1')).toMatchObject({
      reason,
      cause,
      message: `changing Z1 failed: ${name}: what Route 53 said`,
    });
  });

  it('says how often it was tried, and under which request', () => {
    const error = sdkError('Throttling', 'Rate exceeded', { $metadata: { attempts: 8, requestId: 'r-1' } });
    expect(toRecordStoreError(error, 'listing Z1').message).toBe(
      'listing Z1 failed: Throttling: Rate exceeded, after 8 attempts, request r-1',
    );
  });

  it('joins the messages of a rejected batch', () => {
    const error = sdkError('InvalidChangeBatch', 'x', { messages: ['One.', 'Two.'] });
    expect(toRecordStoreError(error, 'changing Z1').message).toBe(
      'changing Z1 failed: InvalidChangeBatch: One. Two.',
    );
  });

  it.each([
    ["[The resource record set 'a.corp.internal. A' is protected]", 'protected'],
    [
      "[Tried to create resource record set [name='protected.corp.internal.', type='A'] but it already exists]",
      'rejected',
    ],
  ])('tells a protection from a name: %s', (message, reason) => {
    expect(toRecordStoreError(sdkError('InvalidChangeBatch', message), 'x').reason).toBe(reason);
  });

  it('names a network error by its code', () => {
    const error = sdkError('Error', 'connect ECONNREFUSED 127.0.0.1:1', { code: 'ECONNREFUSED' });
    expect(toRecordStoreError(error, 'x').message).toBe(
      'x failed: ECONNREFUSED: connect ECONNREFUSED 127.0.0.1:1',
    );
  });
});
