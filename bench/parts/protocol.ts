/** What the process of the stand-ins is asked for. */
export interface StandIns {
  /**
   * Creates a private zone `corp.internal` with so many record sets of other names, spread evenly among ours.
   *
   * @returns its ID.
   */
  createZone(options: { readonly others: number; readonly names: number }): Promise<string>;
  deleteZone(id: string): Promise<void>;
  /** Registers so many services with instances on so many nodes, each with a check that passes. */
  registerServices(options: { readonly services: number; readonly nodes: number }): Promise<void>;
  /** Sets the check of a service's instance on one node. @returns when Consul was told, on the shared clock. */
  setStatus(instance: Instance, status: 'passing' | 'critical'): Promise<number>;
  /** Sets a check of the node itself. @returns when Consul was told, on the shared clock. */
  setNodeStatus(node: number, status: 'passing' | 'critical'): Promise<number>;
  /** How many blocking queries wait at Consul. */
  heldQueries(): Promise<number>;
  /** How many listings Route 53 has answered since calls were taken last. */
  listings(): Promise<number>;
  /** What was asked of both since the last time. */
  takeCalls(): Promise<Calls>;
  /** Lets the limits of Route 53 recover at once. */
  refillLimits(): Promise<void>;
}

/** One instance of a service, by their numbers from 0. */
export interface Instance {
  readonly service: number;
  readonly node: number;
}

export interface Calls {
  /**
   * Requests to Route 53 by operation, those refused for a limit left out, and those about what became of a change: nothing
   * waits for these, and they have a limit of their own.
   */
  readonly route53: Readonly<Record<string, number>>;
  /** Requests that Route 53 refused for a limit. */
  readonly throttled: number;
  /** Reads of Consul, blocking ones too. */
  readonly consul: number;
}

/** A change batch that Route 53 accepted. */
export interface Batch {
  readonly zoneId: string;
  /** On the shared clock. */
  readonly at: number;
  readonly changes: readonly {
    readonly action: string;
    readonly name: string;
    readonly values: readonly string[];
  }[];
}

export type Message =
  | { readonly ready: { readonly route53: string; readonly consul: string } }
  | { readonly id: number; readonly result?: unknown; readonly error?: string }
  | { readonly batch: Batch };

export interface Call {
  readonly id: number;
  readonly method: keyof StandIns;
  readonly args: readonly unknown[];
}

/**
 * Milliseconds after which Route 53's stand-in closes an idle connection. Route 53 documents no such time, and AWS's
 * endpoints differ: users have seen 60 s at DynamoDB and 20 s at S3, the shortest that is known here.
 * https://github.com/aws/aws-sdk-java/issues/1365, https://github.com/vectordotdev/vector/pull/9703
 */
export const IDLE = 20_000;

export const ZONE = 'corp.internal';

/** Ours are spread evenly among the others, the worst case for whoever pages through the zone. */
export function ourName(index: number, { others, names }: { others: number; names: number }): string {
  return `n${digits(Math.floor((index * others) / names))}-${digits(index)}.${ZONE}`;
}

export function otherName(index: number): string {
  return `n${digits(index)}.${ZONE}`;
}

export const serviceName = (index: number): string => `service-${index}`;
export const nodeName = (index: number): string => `node-${index}`;
export const addressOf = ({ service, node }: Instance): string =>
  `10.${service >> 8}.${service & 255}.${node + 1}`;

const digits = (number: number) => String(number).padStart(6, '0');
