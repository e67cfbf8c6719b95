import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A certificate and its key, as PEM texts and as files. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
  readonly certFile: string;
  readonly keyFile: string;
}

export interface CertificateRequest {
  /** Subject alternative names as OpenSSL writes them: `DNS:name`, `IP:address`. Default: none. */
  readonly names?: readonly string[];
  /** In days from now; negative ones are past. Default: a day ago. */
  readonly from?: number;
  /** In days from now; negative ones are past. Default: in 90 days. */
  readonly to?: number;
  /** What it is good for, as OpenSSL writes it. Default: `serverAuth, clientAuth`. */
  readonly usage?: string;
}

/** A CA that a test made. */
export interface Authority extends Certificate {
  issue(subject: string, own?: CertificateRequest): Promise<Certificate>;
}

/** Where a test makes its certificates. */
export interface CertificateOffice {
  authority(subject: string): Promise<Authority>;
  selfSigned(subject: string, own?: CertificateRequest): Promise<Certificate>;
  /** The lines of all PEM texts, but for short ones, which may occur elsewhere by chance. */
  secrets(): readonly string[];
  /** Removes all files. */
  close(): Promise<void>;
}

const run = promisify(execFile);

/**
 * Makes certificates with openssl, in a temporary folder. Each has an elliptic-curve key of its own.
 *
 * All are signed by `openssl ca`: before OpenSSL 3.4, no other command sets dates that are past.
 * https://docs.openssl.org/3.0/man1/openssl-ca/
 */
export async function certificateOffice(): Promise<CertificateOffice> {
  const folder = await mkdtemp(join(tmpdir(), 'certificates-'));
  let count = 0;
  const texts: string[] = [];

  async function make(
    subject: string,
    { names = [], from = -1, to = 90 }: CertificateRequest,
    extensions: readonly string[],
    issuer?: Certificate,
  ): Promise<Certificate> {
    count++;
    const path = (extension: string) => join(folder, `${count}.${extension}`);
    const [config, request, certFile, keyFile] = [path('cnf'), path('csr'), path('pem'), path('key')];
    await writeFile(path('index'), '');
    await writeFile(path('serial'), `00${randomBytes(8).toString('hex')}\n`);
    await writeFile(
      config,
      [
        '[ca]',
        'default_ca = office',
        '[office]',
        `database = ${path('index')}`,
        `serial = ${path('serial')}`,
        `new_certs_dir = ${folder}`,
        'default_md = sha256',
        'policy = policy',
        'x509_extensions = extensions',
        '[policy]',
        'commonName = supplied',
        '[req]',
        'distinguished_name = subject',
        '[subject]',
        '[extensions]',
        ...extensions,
        ...(names.length > 0 ? [`subjectAltName = ${names.join(',')}`] : []),
      ].join('\n'),
    );
    const newKey = [
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-keyout',
      keyFile,
    ];
    await run('openssl', [
      'req',
      '-new',
      '-config',
      config,
      '-subj',
      `/CN=${subject}`,
      ...newKey,
      '-out',
      request,
    ]);
    const signer = issuer
      ? ['-cert', issuer.certFile, '-keyfile', issuer.keyFile]
      : ['-selfsign', '-keyfile', keyFile];
    const dates = ['-startdate', dateFrom(from), '-enddate', dateFrom(to)];
    const output = ['-notext', '-batch', '-in', request, '-out', certFile];
    await run('openssl', ['ca', '-config', config, ...signer, ...dates, ...output]);
    const [cert, key] = await Promise.all([readFile(certFile, 'utf8'), readFile(keyFile, 'utf8')]);
    texts.push(cert, key);
    return { cert, key, certFile, keyFile };
  }

  const leaf = ({ usage = 'serverAuth, clientAuth' }: CertificateRequest) => [
    'basicConstraints = critical, CA:FALSE',
    `extendedKeyUsage = ${usage}`,
  ];
  return {
    async authority(subject) {
      const extensions = [
        'basicConstraints = critical, CA:TRUE',
        'keyUsage = critical, keyCertSign, cRLSign',
      ];
      const own = await make(subject, { from: -3_650, to: 3_650 }, extensions);
      return { ...own, issue: (name, request = {}) => make(name, request, leaf(request), own) };
    },
    selfSigned: (subject, own = {}) => make(subject, own, leaf(own)),
    secrets: () => texts.flatMap((text) => text.split('\n')).filter((line) => line.length > 16),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** So many days from now, as `openssl ca` takes it: YYYYMMDDHHMMSSZ. */
function dateFrom(days: number): string {
  const time = new Date(Date.now() + days * 86_400_000);
  return `${time.toISOString().slice(0, 19).replace(/[-:T]/g, '')}Z`;
}
