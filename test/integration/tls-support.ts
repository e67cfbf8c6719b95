import { copyFile, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect } from 'vitest';
import type { HoldCause } from '../../src/plan/reasons.ts';
import {
  type Authority,
  type Certificate,
  type CertificateOffice,
  certificateOffice,
} from '../support/certificates.ts';
import { context, EVERY_MINUTE, type Timing } from '../support/stack.ts';
import { type Ran, useWorld, type World } from './support.ts';

/** The name in Consul's own certificates: https://developer.hashicorp.com/consul/commands/tls/cert */
export const SERVER_NAME = 'server.dc1.consul';

/** What is registered and published before each test. */
export const ADDRESSES = ['10.0.1.1', '10.0.1.2'];

/** What is made for a whole file. */
export interface Made {
  readonly office: CertificateOffice;
  readonly ca: Authority;
  /** A CA that neither side trusts. */
  readonly stranger: Authority;
  /** Certificates with which nothing is wrong. */
  readonly server: Certificate;
  readonly client: Certificate;
}

type Settings = Readonly<Record<string, string | undefined>>;

/** What is expected of a function without a trusted connection, and of the doctor. */
export interface Distrust {
  /** One, or any of several. */
  readonly cause: HoldCause | readonly HoldCause[];
  /** What the message says after Consul's address. */
  readonly says: RegExp;
  readonly remedy: RegExp;
}

export interface TlsWorld {
  readonly world: World;
  readonly made: () => Made;
  /** `https://host:port` of the one server. */
  readonly url: () => string;
  /** The settings with which all is well. */
  readonly sound: () => Record<string, string>;
  /** Puts Consul's certificate where it finds it when it starts. */
  place(certificate: Certificate): Promise<void>;
  /** Has Consul show this certificate from its next connection on. */
  show(certificate: Certificate): Promise<void>;
  /** Runs a fresh function with these settings, after a check began to fail: the record must follow. */
  follows(env: Settings, timing?: Timing): Promise<void>;
  /** Runs a fresh function and its doctor, after a check began to fail: the record must stay, and both say why. */
  holds(env: Settings, expected: Distrust, timing?: Timing): Promise<void>;
  /** The causes that the log of this test names, in order. */
  causes(): readonly (string | undefined)[];
  /** Fails if a key or any other PEM text of the test is in what the functions of the test said. */
  nothingToldOf(said: unknown): void;
}

/** A cluster of one server that speaks TLS. */
export function useTlsWorld({ verifyIncoming }: { readonly verifyIncoming: boolean }): TlsWorld {
  let made: Made;
  let folder: string | undefined;

  async function place({ certFile, keyFile }: Certificate): Promise<void> {
    for (const [from, to] of [
      [certFile, inFolder('cert.pem')],
      [keyFile, inFolder('key.pem')],
    ] as const) {
      await copyFile(from, `${to}.new`);
      await rename(`${to}.new`, to);
    }
  }
  const inFolder = (name: string) => join(folder ?? '', name);

  const world = useWorld({
    nodes: [{ name: 'consul-1' }],
    async tls() {
      folder = await mkdtemp(join(tmpdir(), 'consul-tls-'));
      const office = await certificateOffice();
      const ca = await office.authority('Test CA');
      const stranger = await office.authority('Other CA');
      const server = await ca.issue(SERVER_NAME, { names: [`DNS:${SERVER_NAME}`] });
      const client = await ca.issue('consul-route53-updater');
      made = { office, ca, stranger, server, client };
      await place(server);
      return { ca: ca.certFile, cert: inFolder('cert.pem'), key: inFolder('key.pem'), verifyIncoming };
    },
  });
  afterAll(async () => {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    await made?.office.close();
  });

  const url = () => world.agent(0).httpsUrl ?? '';
  const sound = () => ({
    ...{ CONSUL_HTTP_ADDR: url(), CONSUL_CACERT: made.ca.certFile, CONSUL_TLS_SERVER_NAME: SERVER_NAME },
    ...(verifyIncoming && {
      ...{ CONSUL_CLIENT_CERT: made.client.certFile, CONSUL_CLIENT_KEY: made.client.keyFile },
    }),
  });

  async function show(certificate: Certificate): Promise<void> {
    await place(certificate);
    await world.put('/v1/agent/reload');
  }

  beforeEach(async () => {
    await show(made.server);
    for (const address of ADDRESSES) {
      await world.register(0, address);
      // Unlike the status that it was registered with, one that was reported outlives a restart of the agent.
      await world.api(0).setStatus(`check-${address}`, 'passing');
    }
    const published = { outcome: 'changed', inZone: ADDRESSES };
    expect(await world.function(sound())(EVERY_MINUTE)).toMatchObject(published);
  });

  async function runAfterFailure(env: Settings, timing?: Timing): Promise<Ran> {
    await world.api(0).setStatus('check-10.0.1.1', 'critical');
    await world.shows(0, 'check-10.0.1.1', 'critical');
    return world.function(env, timing)(EVERY_MINUTE);
  }

  function nothingToldOf(said: unknown): void {
    const text = JSON.stringify(said);
    for (const line of made.office.secrets()) expect(text).not.toContain(line);
  }

  return {
    ...{ world, made: () => made, url, sound, place, show, nothingToldOf },
    causes: () =>
      world.side.log.map(({ fields }) => (fields as { record?: { cause?: string } }).record?.cause),
    async follows(env, timing) {
      const ran = await runAfterFailure(env, timing);
      expect(ran).toMatchObject({ outcome: 'changed', reason: undefined, inZone: ['10.0.1.2'] });
      const doctor = await world.side.function(env, timing)({ action: 'doctor' }, context());
      expect(doctor.legs.filter(({ verdict }) => verdict === 'failed')).toEqual([]);
      nothingToldOf([ran.report, doctor, world.side.log]);
    },
    async holds(env, { cause, says, remedy }, timing) {
      const ran = await runAfterFailure(env, timing);
      expect(ran).toMatchObject({
        ...{ outcome: 'held', reason: 'source-untrusted' },
        ...{ inZone: ADDRESSES, instances: [], changeCalls: 0 },
      });
      expect([cause].flat()).toContain(ran.cause);
      expect(ran.message).toMatch(/^Consul at \S+ .*; kept 10\.0\.1\.1, 10\.0\.1\.2\.$/);
      expect(ran.message).toMatch(says);
      expect(ran.report.records[0]?.remedy).toMatch(remedy);

      const doctor = await world.side.function(env, timing)({ action: 'doctor' }, context());
      const [failed] = doctor.legs.filter(
        ({ leg, verdict }) => leg.startsWith('consul') && verdict === 'failed',
      );
      expect(['consul-tls', 'consul-leader']).toContain(failed?.leg);
      expect(failed?.message).toMatch(says);
      expect(failed?.remedy).toBe(ran.report.records[0]?.remedy);
      nothingToldOf([ran.report, doctor, world.side.log]);
    },
  };
}
