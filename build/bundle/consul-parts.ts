import { Unused, unused } from './unused.ts';

/** The HTTP client makes its shortcuts when it is loaded. */
export const method = () => unused;

export {
  Unused as Acl,
  Unused as Agent,
  Unused as Catalog,
  Unused as Event,
  Unused as Kv,
  Unused as Query,
  Unused as Session,
  Unused as Status,
  Unused as Transaction,
  Unused as Watch,
};
