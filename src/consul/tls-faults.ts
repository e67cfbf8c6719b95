import type { UntrustedCause } from '../errors.ts';

/** What went wrong with TLS. */
export interface TlsFault {
  readonly distrust: UntrustedCause;
  /** Continues a sentence that begins with whom the connection was to. */
  readonly what: string;
}

/**
 * What a TLS error means, by its code; `undefined` if it is none.
 * https://nodejs.org/api/tls.html#x509-certificate-error-codes
 *
 * @param reason what Node says of a name that does not match.
 */
export function tlsFault(code: string, reason = ''): TlsFault | undefined {
  const fault = (distrust: UntrustedCause, what: string): TlsFault => ({
    distrust,
    what: `${what} (${code}${distrust === 'wrong-name' && reason ? `: ${reason}` : ''})`,
  });
  switch (code) {
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return fault('self-signed', 'has a self-signed certificate');
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'CERT_SIGNATURE_FAILURE':
      return fault('unknown-ca', 'has a certificate from a CA that is not trusted here');
    case 'CERT_HAS_EXPIRED':
      return fault('certificate-expired', 'has a certificate that has expired');
    case 'CERT_NOT_YET_VALID':
      return fault('certificate-not-yet-valid', 'has a certificate that is not valid yet');
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return fault('wrong-name', 'has a certificate for another name');
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
    case 'EPROTO':
      return fault('not-tls', 'does not speak TLS');
    default:
      // Alerts about certificates concern ours: https://www.rfc-editor.org/rfc/rfc8446#section-6.2
      if (/^ERR_SSL_.*ALERT_.*(CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)/.test(code))
        return fault('client-certificate', 'did not accept our client certificate, or that there is none');
      return /^ERR_(SSL|TLS|OSSL)_/.test(code) ? fault('tls-failed', 'failed at TLS') : undefined;
  }
}
