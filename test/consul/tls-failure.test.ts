import { describe, expect, it } from 'vitest';
import { tlsFailure } from '../../src/consul/tls-failure.ts';

/** An error as Node reports it before the handshake is over. */
const early = (said: string) => ({
  code: 'EPROTO',
  message: `write EPROTO 80AC89EC2F7F0000:error:0A000000:SSL routines:ssl3_read_bytes:${said}:../deps/openssl/openssl/ssl/record/rec_layer_s3.c:1600:SSL alert number 0\n`,
});

// The words of OpenSSL 3.0 and, with `ssl/tls`, of those from 3.2 on.
describe('what Consul finds wrong with our certificate', () => {
  it.each([
    [{ code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED' }, 'wants a client certificate, and was given none'],
    [{ code: 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA' }, 'does not know the CA of our client certificate'],
    [early('tlsv1 alert unknown ca'), 'does not know the CA of our client certificate'],
    [{ code: 'ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED' }, 'says that our client certificate has expired'],
    [{ code: 'ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED' }, 'says that our client certificate has expired'],
    [early('ssl/tls alert certificate expired'), 'says that our client certificate has expired'],
    [{ code: 'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE' }, 'was given none or one that it does not accept'],
    [early('sslv3 alert bad certificate'), 'was given none or one that it does not accept'],
    [early('ssl/tls alert bad certificate'), 'was given none or one that it does not accept'],
    [early('sslv3 alert certificate revoked'), 'was given none or one that it does not accept'],
    [{ code: 'ERR_OSSL_X509_KEY_VALUES_MISMATCH' }, 'do not belong together'],
    [{ code: 'ERR_OSSL_UNSUPPORTED' }, 'our client certificate or key cannot be read'],
  ])('%j', (error, what) => {
    expect(tlsFailure(error)).toEqual({
      cause: 'client-certificate',
      what: expect.stringContaining(what),
    });
  });

  it('names the code, and nothing of the rest', () => {
    expect(tlsFailure(early('sslv3 alert bad certificate'))?.what).toMatch(
      / \(ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE\)$/,
    );
  });
});

it('a handshake that was broken off may be for want of our certificate', () => {
  expect(tlsFailure(early('ssl/tls alert handshake failure'))).toEqual({
    cause: 'tls-failed',
    what: expect.stringContaining('it wants a client certificate and was given none, or'),
  });
});

describe('what is wrong otherwise', () => {
  it.each([
    [early('wrong version number'), 'not-tls'],
    [early('packet length too long'), 'not-tls'],
    [early('tlsv1 alert protocol version'), 'tls-failed'],
    [{ code: 'INVALID_PURPOSE' }, 'tls-failed'],
    [{ code: 'INVALID_CA' }, 'unknown-ca'],
  ])('%j', (error, cause) => {
    expect(tlsFailure(error)?.cause).toBe(cause);
  });

  it.each([{}, { code: 'ECONNRESET' }, { code: 'EPROTO' }, { code: 'EPROTO', message: 'write EPROTO' }])(
    '%j is not about TLS',
    (error) => {
      expect(tlsFailure(error)).toBeUndefined();
    },
  );
});

it('the name in a certificate does not reach the terminal as it is', () => {
  const reason = `Host: a is not in the cert's altnames: DNS:\u001b[31m${'b'.repeat(500)}`;
  const { what = '' } = tlsFailure({ code: 'ERR_TLS_CERT_ALTNAME_INVALID', reason }) ?? {};
  expect(what).toMatch(/^has a certificate for another name \(ERR_TLS_CERT_ALTNAME_INVALID: Host: a is not/);
  expect(what).not.toContain('\u001b');
  expect(what.length).toBeLessThan(300);
});
