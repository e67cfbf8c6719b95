import type { RecordName } from './record-name.ts';

/** A hosted zone, as far as a run needs to know it. */
export interface Zone {
  readonly id: string;
  readonly name: RecordName;
  readonly private: boolean;
}
