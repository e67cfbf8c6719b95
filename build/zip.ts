import { zipSync } from 'fflate';

/** The earliest day that a zip can tell, in whatever time zone. */
const LONG_AGO = new Date(1980, 0, 1);

/** Lambda asks for files that everybody may read. */
const READABLE = { os: 3, attrs: 0o644 << 16 };

/** A zip of files by their paths: the same bytes for the same files, in whatever order, wherever and whenever it is made. */
export function zipOf(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const sorted = Object.keys(files).sort();
  const entries = sorted.map((path) => [path, files[path]]);
  return zipSync(Object.fromEntries(entries), { level: 9, mtime: LONG_AGO, ...READABLE });
}
