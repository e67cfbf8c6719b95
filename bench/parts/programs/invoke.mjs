// Loads the function as Lambda does, which waits for what it does of itself then, and invokes it whenever the parent says so.
import { readFileSync } from 'node:fs';

const start = performance.now();
const { handler } = await import('./update.mjs');
process.send({ loaded: performance.now() - start });

let windowEnd = new AbortController();

/** Kilobytes of /proc/self/status, in bytes. Of this program alone: getrusage counts what it was forked from, too. */
function memory(field) {
  const [, kilobytes] =
    new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

process.on('message', async ({ invoke, end, weigh }) => {
  if (end) windowEnd.abort();
  if (weigh) process.send({ rss: memory('VmRSS'), peak: memory('VmHWM') });
  if (!invoke) return;
  windowEnd = new AbortController();
  const until = performance.now() + invoke.time;
  const context = {
    getRemainingTimeInMillis: () => Math.max(0, until - performance.now()),
    windowEnd: windowEnd.signal,
  };
  const start = performance.now();
  const [outcome, error] = await handler(invoke.event, context).then(
    (report) => [report.outcome ?? 'none'],
    (caught) => ['threw', caught.message],
  );
  process.send({ outcome, error, took: performance.now() - start });
});
process.on('disconnect', () => process.exit());
