import { printable } from '../domain/printable.ts';
import type { CauseOf } from '../plan/reasons.ts';

/** What went wrong with TLS. */
export interface TlsFailure {
  readonly cause: CauseOf<'source-untrusted'>;
  /** Continues a sentence that begins with whom the connection was to. */
  readonly what: string;
}

/** What an error of a connection may carry. */
interface ConnectionError {
  readonly code?: unknown;
  /** What Node says of a name that does not match. */
  readonly reason?: unknown;
  readonly message?: unknown;
}

/**
 * What an error of a connection says of TLS; `undefined` if nothing.
 * https://nodejs.org/api/tls.html#x509-certificate-error-codes
 */
export function tlsFailure(error: ConnectionError): TlsFailure | undefined {
  const code = codeOf(error);
  const found = failureOf(code);
  if (!found) return undefined;
  const [cause, what] = found;
  // The name comes out of a certificate.
  const reason = cause === 'wrong-name' && error.reason ? `: ${printable(String(error.reason), 200)}` : '';
  return { cause, what: `${what} (${code}${reason})` };
}

/** Until the handshake is over, Node reports whatever OpenSSL says as EPROTO, and what it was only in the message. */
function codeOf({ code, message }: ConnectionError): string {
  if (typeof code !== 'string') return '';
  if (code !== 'EPROTO') return code;
  const said = /:SSL routines:[^:]*:([^:]+):/.exec(String(message))?.[1];
  return said ? `ERR_SSL_${said.replaceAll(' ', '_').toUpperCase()}` : code;
}

type Found = readonly [TlsFailure['cause'], what: string];

const UNKNOWN_CA: Found = ['unknown-ca', 'has a certificate from a CA that is not trusted here'];
const NOT_TLS: Found = ['not-tls', 'does not speak TLS'];

const FAILURES: Readonly<Record<string, Found>> = {
  // About Consul's certificate, as Node found it.
  DEPTH_ZERO_SELF_SIGNED_CERT: ['self-signed', 'has a self-signed certificate'],
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_CA,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_CA,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_CA,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_CA,
  CERT_SIGNATURE_FAILURE: UNKNOWN_CA,
  INVALID_CA: UNKNOWN_CA,
  CERT_HAS_EXPIRED: ['certificate-expired', 'has a certificate that has expired'],
  CERT_NOT_YET_VALID: ['certificate-not-yet-valid', 'has a certificate that is not valid yet'],
  ERR_TLS_CERT_ALTNAME_INVALID: ['wrong-name', 'has a certificate for another name'],
  INVALID_PURPOSE: ['tls-failed', 'has a certificate that is not meant for a server'],
  // About what answers.
  ERR_SSL_WRONG_VERSION_NUMBER: NOT_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NOT_TLS,
  // About our certificate, before it was sent.
  ERR_OSSL_X509_KEY_VALUES_MISMATCH: [
    'client-certificate',
    'was not asked: our client certificate and key do not belong together',
  ],
};

/**
 * About our certificate, as Consul found it. Which alert says so depends on its version and on that of TLS.
 * https://www.rfc-editor.org/rfc/rfc8446#section-6.2
 */
const ALERTS: Readonly<Record<string, Found>> = {
  CERTIFICATE_REQUIRED: ['client-certificate', 'wants a client certificate, and was given none'],
  UNKNOWN_CA: ['client-certificate', 'does not know the CA of our client certificate'],
  CERTIFICATE_EXPIRED: [
    'client-certificate',
    'says that our client certificate has expired, or is not valid yet',
  ],
  // What TLS 1.2 has for a certificate that was not given, and for much else.
  HANDSHAKE_FAILURE: [
    'tls-failed',
    'broke off the handshake: it wants a client certificate and was given none, or finds no cipher in common with us',
  ],
};

function failureOf(code: string): Found | undefined {
  const alert = /^ERR_SSL_.*_ALERT_(.*)$/.exec(code)?.[1];
  const known = FAILURES[code] ?? ALERTS[alert ?? ''];
  if (known) return known;
  if (alert !== undefined && /CERTIFICATE|ACCESS_DENIED/.test(alert))
    return [
      'client-certificate',
      'wants a client certificate, and was given none or one that it does not accept',
    ];
  // Only our own certificate and key are read; of a CA's certificates, what cannot be read is passed over.
  if (code.startsWith('ERR_OSSL_'))
    return ['client-certificate', 'was not asked: our client certificate or key cannot be read'];
  return /^ERR_(SSL|TLS)_/.test(code) ? ['tls-failed', 'failed at TLS'] : undefined;
}
