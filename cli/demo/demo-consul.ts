import { startConsulStandIn } from '../../emulators/consul/stand-in.ts';
import type { Consul } from '../../emulators/consul/types.ts';
import { findConsul } from '../../emulators/real-consul/find.ts';
import { startConsulCluster } from '../../emulators/real-consul/real-consul.ts';

/** Which Consul to start. It is not started yet, as a real one takes seconds. */
export interface ConsulChoice {
  /** In words, with the version, and why it is not a real one. */
  readonly description: string;
  /**
   * Starts two agents, `node-1` and `node-2`.
   *
   * @returns with a description of what was started after all, if that is not what was chosen.
   */
  start(): Promise<{ readonly consul: Consul; readonly instead?: string }>;
}

/**
 * Chooses a real Consul where there is one, else the stand-in. A real one that happens to be there and does not start
 * (only Linux has all of 127.0.0.0/8 without more ado) is replaced by the stand-in; one that `CONSUL_BIN` asks for
 * is not.
 *
 * @param options `env`: for `CONSUL_BIN` and `PATH`; `standIn`: the stand-in in any case; `parts`: where unpacked
 *   binaries are.
 * @throws Error when `CONSUL_BIN` names something that does not run.
 */
export async function chooseConsul(options: {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly standIn: boolean;
  readonly parts?: string;
}): Promise<ConsulChoice> {
  const { env, standIn, parts } = options;
  const isWish = Boolean(env['CONSUL_BIN']);
  const found = standIn ? { unavailable: 'as --stand-in asks for' } : await findConsul(env, parts);
  if ('bin' in found) {
    return {
      description: `a real cluster of two servers, version ${found.version} (${found.bin})`,
      async start() {
        const nodes = [{ name: 'node-1' }, { name: 'node-2' }];
        try {
          return { consul: await startConsulCluster({ binary: found, nodes }) };
        } catch (error) {
          if (isWish) throw error;
          const [why = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
          return { consul: await startTheStandIn(), instead: describeStandIn(`${found.bin}: ${why}`) };
        }
      },
    };
  }
  if (isWish && !standIn) {
    throw new Error(`CONSUL_BIN is of no use: ${found.unavailable}. Correct it, or unset it.`);
  }
  return {
    description: describeStandIn(found.unavailable),
    start: async () => ({ consul: await startTheStandIn() }),
  };
}

function startTheStandIn(): Promise<Consul> {
  const nodes = [
    { name: 'node-1', address: '10.0.1.11' },
    { name: 'node-2', address: '10.0.2.11' },
  ];
  return startConsulStandIn({ nodes });
}

function describeStandIn(why: string): string {
  return `two agents of the stand-in, which speaks Consul 1.8's HTTP API (${why})`;
}
