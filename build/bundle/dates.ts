/** Stands in for the SDK's reading and writing of dates in headers: Node knows their form. */
export const dateToUtcString = (date: Date): string => date.toUTCString();

/** @throws TypeError if it is not a date. */
export function parseRfc7231DateTime(text: string): Date {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) throw new TypeError(`Invalid date: ${text}`);
  return date;
}

/** Those of bodies are read elsewhere. */
export {
  unused as parseEpochTimestamp,
  unused as parseRfc3339DateTime,
  unused as parseRfc3339DateTimeWithOffset,
} from './unused.ts';
