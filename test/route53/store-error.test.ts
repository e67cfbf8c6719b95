import { describe, expect, it } from 'vitest';
import type { RecordSet } from '../../src/domain/record-set.ts';
import { toRecordStoreError } from '../../src/route53/store-error.ts';
import { multivalueSet } from '../support/records.ts';

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

  describe('tells a protection by what is said of a set of ours', () => {
    const said = (message: string, ...sets: readonly RecordSet[]) =>
      toRecordStoreError(sdkError('InvalidChangeBatch', 'x', { messages: [message] }), 'x', sets).reason;
    const ours = multivalueSet('10.0.0.1', { service: 'is protected' });
    const named = multivalueSet('10.0.0.1', { name: 'protected.corp.internal', service: 'protection' });
    const wildcard = multivalueSet('10.0.0.1', { name: '*.corp.internal' });

    it.each<[string, string, RecordSet]>([
      ['quoted', "The resource record set 'rdsproxy.corp.internal. A' is protected", ours],
      ['not quoted', 'RRSet of type A with DNS name rdsproxy.corp.internal. is protected: frozen', ours],
      [
        'by a name that says so',
        "Tried to change [name='protected.corp.internal.'] but it has a protection",
        named,
      ],
      ['a wildcard', 'Resource record set \\052.corp.internal. A is protected.', wildcard],
      ['in capitals', 'RDSPROXY.corp.internal is Protected', ours],
    ])('%s', (_, message, set) => expect(said(message, set)).toBe('protected'));

    it.each<[string, string, RecordSet]>([
      [
        'a name that is not quoted',
        'RRSet of type A with DNS name protected.corp.internal. is not permitted',
        named,
      ],
      [
        'an identifier, quoted or not',
        "Tried to create [name='protected.corp.internal.', set-identifier='consul/protection/10.0.0.1'], consul/protection/10.0.0.1, but it already exists",
        named,
      ],
      [
        'an identifier that reads like a sentence',
        'Tried to delete [name=rdsproxy.corp.internal., set-identifier=consul/is protected/10.0.0.1] but it was not found',
        ours,
      ],
      [
        "somebody else's identifier",
        "Tried to delete [name='rdsproxy.corp.internal.', set-identifier='is protected'] but it was not found",
        ours,
      ],
      ['a set that we did not ask for', "The resource record set 'web.corp.internal. A' is protected", ours],
      ['a name that only begins like ours', "'rdsproxy.corp.internal.example. A' is protected", ours],
      ['a longer word', 'rdsproxy.corp.internal. is not permitted: unprotectedness', ours],
    ])('and not by %s', (_, message, set) => expect(said(message, set)).toBe('rejected'));

    it('of which there may be several, one message each', () => {
      const messages = [
        'rdsproxy.corp.internal. A was not found',
        "'protected.corp.internal. A' is protected",
      ];
      const error = sdkError('InvalidChangeBatch', 'x', { messages });
      expect(toRecordStoreError(error, 'x', [ours, named]).reason).toBe('protected');
      expect(toRecordStoreError(error, 'x', [ours]).reason).toBe('rejected');
    });
  });

  it('names a network error by its code', () => {
    const error = sdkError('Error', 'connect ECONNREFUSED 127.0.0.1:1', { code: 'ECONNREFUSED' });
    expect(toRecordStoreError(error, 'x').message).toBe(
      'x failed: ECONNREFUSED: connect ECONNREFUSED 127.0.0.1:1',
    );
  });
});
