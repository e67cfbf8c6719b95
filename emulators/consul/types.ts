/** The part of Consul's vocabulary that the stand-in, the real cluster and the agent client share. */

/** Consul's own check statuses; `maintenance` is no status of a check but a way to read a critical one. */
export type CheckStatus = 'passing' | 'warning' | 'critical';

/** A check as an agent accepts it in a service definition. Durations are Go's notation, such as `10s`. */
export interface CheckDefinition {
  CheckID?: string;
  Name?: string;
  Notes?: string;
  /** The status until the first result; Consul's default is `critical`. */
  Status?: CheckStatus;
  TTL?: string;
  Args?: string[];
  HTTP?: string;
  TCP?: string;
  Interval?: string;
  Timeout?: string;
}

/** What `PUT /v1/agent/service/register` takes. */
export interface ServiceDefinition {
  Name: string;
  ID?: string;
  Tags?: string[];
  /** Empty or absent: clients use the node's address. */
  Address?: string;
  Port?: number;
  Meta?: Record<string, string>;
  Check?: CheckDefinition;
  Checks?: CheckDefinition[];
}

/** A check as `GET /v1/health/service/:name` answers it. Node checks have an empty ServiceID. */
export interface HealthCheck {
  Node: string;
  CheckID: string;
  Name: string;
  Status: CheckStatus;
  Notes: string;
  Output: string;
  ServiceID: string;
  ServiceName: string;
  ServiceTags: string[];
  Type: string;
  CreateIndex: number;
  ModifyIndex: number;
}

/** One instance as `GET /v1/health/service/:name` answers it, as far as clients here read it. */
export interface HealthEntry {
  Node: { ID: string; Node: string; Address: string; Datacenter: string };
  Service: {
    ID: string;
    Service: string;
    Tags: string[];
    Address: string;
    Port: number;
    Meta: Record<string, string> | null;
  };
  Checks: HealthCheck[];
}

/** An agent one can talk to, of the stand-in or of a real cluster. */
export interface ConsulAgent {
  /** The node's name. */
  readonly node: string;
  /** The node's address in the catalog. */
  readonly address: string;
  /** `http://host:port` of the agent's HTTP API, without a path. */
  readonly url: string;
}

/** A cluster one can talk to, of either kind. */
export interface Consul {
  readonly kind: 'stand-in' | 'real';
  readonly agents: readonly ConsulAgent[];
  /** Ends everything at once; safe to call twice. */
  close(): Promise<void>;
}
