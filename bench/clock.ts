/** Milliseconds of the machine's monotonic clock, which all processes of one machine share. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

export const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, milliseconds)));
