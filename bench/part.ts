import type { ConsulBinary } from '../emulators/real-consul/find.ts';
import type { Bundles } from './parts/bundles.ts';
import type { Certificate } from './parts/certificate.ts';

/** What a part of the bench works with. */
export interface Bench {
  readonly bundles: Bundles;
  /** The Node that runs the function. */
  readonly node: string;
  /** What Route 53's stand-in shows. */
  readonly certificate: Certificate;
  /** Milliseconds in which the share of a memory size is given. */
  readonly cpuPeriod: number;
  /** Fewer samples, for a look in passing: what comes of it proves nothing. */
  readonly quick: boolean;
  /** A real Consul; or why there is none. */
  readonly consul: ConsulBinary | { readonly unavailable: string };
  /** The path of consul-template; or why there is none. */
  readonly consulTemplate:
    | { readonly bin: string; readonly version: string }
    | { readonly unavailable: string };
  /** Says how far it is. */
  readonly say: (line: string) => void;
}
