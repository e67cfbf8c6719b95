import type { RecordName } from './record-name.ts';

/** A hosted zone, as far as a run needs to know it. */
export interface Zone {
  readonly id: string;
  readonly name: RecordName;
  readonly private: boolean;
}

/** Reads the ID of a hosted zone, with or without the `/hostedzone/` that some tools print before it. */
export function parseZoneId(text: string): string | undefined {
  const id = text.replace(/^\/?hostedzone\//, '');
  return /^[A-Z0-9]{1,32}$/.test(id) ? id : undefined;
}
