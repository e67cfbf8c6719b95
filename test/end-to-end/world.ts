import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Variables } from '../../deploy/environment.ts';
import { builtBundle } from '../support/built-bundle.ts';
import { until } from '../support/until.ts';
import { type Aws, startAws } from './aws.ts';
import { type Client, startClients } from './client.ts';
import { type Check, type ConsulServer, consulOn } from './consul.ts';
import { DEADLINE } from './deadline.ts';
import { type HaProxy, proxyOn, shippedSettings } from './haproxy.ts';
import { type Databases, startDatabases } from './mariadb.ts';
import { createNetwork, type Host, type Network } from './network.ts';
import { type BuiltParts, type Parts, withOwnPrograms } from './parts.ts';
import { startUpdater, type Updater } from './updater.ts';

export const NAME = 'rdsproxy.corp.internal';
/** Seconds; shorter than the shipped 5, so that a scenario waits less for caches. */
export const TTL = 2;
/** The record that is always there. */
export const RECORD = { service: 'rdsproxy', name: NAME, ttl: TTL };
/** The stage that the function is deployed as. */
export const STAGE = 'prod';

/** A proxy node: HAProxy and a Consul server on one host. */
export interface Node {
  readonly host: Host;
  readonly proxy: HaProxy;
  readonly consul: ConsulServer;
}

/** The whole set-up, with nothing of it simulated but AWS. */
export interface World {
  readonly parts: BuiltParts;
  readonly network: Network;
  readonly aws: Aws;
  readonly databases: Databases;
  /** The proxy nodes in service: two, but others after a replacement. */
  readonly nodes: Node[];
  /**
   * Lets the third Consul server go, which is there from the start for the sake of a majority without one node.
   * Returns once the nodes' own servers are alone; may be called again.
   */
  dismissThirdServer(): Promise<void>;
  readonly updater: Updater;
  /** A further function, on a host of its own. @param variables its settings, beside where AWS and Consul are. */
  newUpdater(host: string, address: string, variables: Variables): Promise<Updater>;
  readonly client: Client;
  /** Another host for the client's programs, at rest. */
  readonly clientHost: Host;
  /** A further proxy node, with nothing started on it yet. */
  newNode(name: string, address: string, check: Check): Promise<Node>;
  close(): Promise<void>;
}

/**
 * Starts everything, in the order in which an operator would: databases, proxy nodes, the function, clients. There are
 * three Consul servers at first.
 *
 * @throws Error when a part does not start; all others are stopped then.
 */
export async function startWorld(parts: Parts): Promise<World> {
  const vpc = '10.77.0.2';
  const network = await createNetwork(parts, vpc);
  try {
    return await populate(parts, network, vpc);
  } catch (error) {
    await network.close();
    throw error;
  }
}

async function populate(found: Parts, network: Network, vpc: string): Promise<World> {
  const awsHost = await network.host('aws', vpc);
  const lambdaHost = await network.host('lambda', '10.77.0.20');
  const clientHost = await network.host('client', '10.77.0.30');
  const masterHost = await network.host('master', '10.77.2.1');
  const replicaHosts = [
    await network.host('replica-1', '10.77.2.2'),
    await network.host('replica-2', '10.77.2.3'),
  ] as const;
  const parts = await withOwnPrograms(found, join(awsHost.folder, 'own'));

  const names = shippedSettings();
  const monitorUser = fileURLToPath(new URL('../../rdsproxy-node/monitor-user.sql', import.meta.url));
  const [{ folder: bundle }, aws, databases] = await Promise.all([
    builtBundle(),
    startAws(parts, awsHost, {
      zone: { id: 'ZE2EINTERNAL', name: 'corp.internal' },
      elsewhere: { id: 'ZE2EELSEWHERE', name: 'orders.corp.internal' },
      hosts: {
        [names['RDSPROXY_MASTER'] ?? '']: masterHost.address,
        [names['RDSPROXY_REPLICA_1'] ?? '']: replicaHosts[0].address,
        [names['RDSPROXY_REPLICA_2'] ?? '']: replicaHosts[1].address,
      },
      watched: NAME,
    }),
    startDatabases(parts, { master: masterHost, replicas: replicaHosts }, readFileSync(monitorUser, 'utf8')),
  ]);

  const newNode = async (name: string, address: string, check: Check): Promise<Node> => {
    const host = await network.host(name, address);
    return { host, proxy: proxyOn(parts, host), consul: consulOn(parts, host, check) };
  };
  const nodes = [
    await newNode('node-1', '10.77.1.1', 'script'),
    await newNode('node-2', '10.77.1.2', 'http'),
  ] as const;
  const third = consulOn(parts, await network.host('quorum', '10.77.3.1'));
  await Promise.all([
    ...nodes.map(({ proxy }) => proxy.start()),
    nodes[0].consul.start({ bootstrapExpect: 3 }).then(async () => {
      const entry = { join: nodes[0].host.address };
      await Promise.all([nodes[1].consul.start(entry), third.start(entry)]);
    }),
  ]);

  const newUpdater = async (host: Host, variables: Variables) =>
    startUpdater(parts, host, {
      ...{ bundle: join(bundle, 'update.cjs'), aws, variables },
      consul: nodes.map((node) => node.host),
    });
  const updater = await newUpdater(lambdaHost, {
    OWNER_ID: `consul-route53-updater-${STAGE}`,
    RECORDS: JSON.stringify([RECORD]),
  });
  await until(() => aws.changes.at(-1)?.addresses.length === nodes.length, {
    within: DEADLINE,
    what: 'the first record',
  }).catch((error: unknown) => {
    throw new Error(`the record was not published\n${updater.log()}`, { cause: error });
  });
  const [client] = await startClients(parts, clientHost, [NAME]);
  let dismissed: Promise<void> | undefined;
  const dismissThirdServer = () => {
    dismissed ??= third.leave(nodes[1].consul);
    return dismissed;
  };
  return {
    parts,
    network,
    aws,
    databases,
    nodes: [...nodes],
    dismissThirdServer,
    updater,
    newUpdater: async (name, address, variables) => newUpdater(await network.host(name, address), variables),
    client,
    clientHost,
    newNode,
    close: network.close,
  };
}
