import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from './temporary-folder.ts';

/** A certificate for 127.0.0.1 that signs itself, and is therefore its own CA. */
export interface Certificate {
  /** Paths of PEM files. */
  readonly cert: string;
  readonly key: string;
  remove(): void;
}

/** Makes one with openssl. @throws Error where there is none. */
export async function makeCertificate(): Promise<Certificate> {
  const { path, remove } = temporaryFolder('bench-certificate-');
  const [cert, key] = [join(path, 'cert.pem'), join(path, 'key.pem')];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const name = ['-subj', '/CN=bench', '-addext', 'subjectAltName=IP:127.0.0.1'];
  await promisify(execFile)('openssl', ['req', '-x509', ...kind, ...name, '-keyout', key, '-out', cert]);
  return { cert, key, remove };
}
