import type { CauseOf } from '../plan/reasons.ts';
import { printable } from './decode-instances.ts';

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
  const found = certificateFailure(code) ?? alertFailure(code) ?? otherFailure(code);
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

/** About Consul's certificate, as Node found it. */
function certificateFailure(code: string): Found | undefined {
  switch (code) {
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return ['self-signed', 'has a self-signed certificate'];
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'CERT_SIGNATURE_FAILURE':
    case 'INVALID_CA':
      return ['unknown-ca', 'has a certificate from a CA that is not trusted here'];
    case 'CERT_HAS_EXPIRED':
      return ['certificate-expired', 'has a certificate that has expired'];
    case 'CERT_NOT_YET_VALID':
      return ['certificate-not-yet-valid', 'has a certificate that is not valid yet'];
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return ['wrong-name', 'has a certificate for another name'];
    case 'INVALID_PURPOSE':
      return ['tls-failed', 'has a certificate that is not meant for a server'];
    default:
      return undefined;
  }
}

/**
 * About our certificate, as Consul found it. Which alert says so depends on its version and on that of TLS.
 * https://www.rfc-editor.org/rfc/rfc8446#section-6.2
 */
function alertFailure(code: string): Found | undefined {
  const alert = /^ERR_SSL_.*_ALERT_(.*)$/.exec(code)?.[1];
  switch (alert) {
    case 'CERTIFICATE_REQUIRED':
      return ['client-certificate', 'wants a client certificate, and was given none'];
    case 'UNKNOWN_CA':
      return ['client-certificate', 'does not know the CA of our client certificate'];
    case 'CERTIFICATE_EXPIRED':
      return ['client-certificate', 'says that our client certificate has expired, or is not valid yet'];
    case 'HANDSHAKE_FAILURE':
      // What TLS 1.2 has for a certificate that was not given, and for much else.
      return [
        'tls-failed',
        'broke off the handshake: it wants a client certificate and was given none, or finds no cipher in common with us',
      ];
    default:
      return alert !== undefined && /CERTIFICATE|ACCESS_DENIED/.test(alert)
        ? [
            'client-certificate',
            'wants a client certificate, and was given none or one that it does not accept',
          ]
        : undefined;
  }
}

function otherFailure(code: string): Found | undefined {
  switch (code) {
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return ['not-tls', 'does not speak TLS'];
    case 'ERR_OSSL_X509_KEY_VALUES_MISMATCH':
      return ['client-certificate', 'was not asked: our client certificate and key do not belong together'];
    default:
      // Only our own certificate and key are read; of a CA's certificates, what cannot be read is passed over.
      if (code.startsWith('ERR_OSSL_'))
        return ['client-certificate', 'was not asked: our client certificate or key cannot be read'];
      return /^ERR_(SSL|TLS)_/.test(code) ? ['tls-failed', 'failed at TLS'] : undefined;
  }
}
