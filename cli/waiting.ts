import { processClock } from '../handlers/process-clock.ts';
import type { Clock } from '../src/ports.ts';
import type { Asked } from './stage.ts';

/** Milliseconds after which somebody who waits is told for what. */
const PATIENCE = 5_000;

/** Waits for some work, and tells for what if it takes long. */
export async function patiently<T>(
  work: Promise<T>,
  what: string,
  tell: (sentence: string) => void = console.error,
  clock: Pick<Clock, 'sleep'> = processClock,
): Promise<T> {
  const done = new AbortController();
  void clock.sleep(PATIENCE, done.signal).then(() => {
    if (!done.signal.aborted) tell(`Still waiting for ${what}.`);
  });
  try {
    return await work;
  } finally {
    done.abort();
  }
}

/** What a plan waits for. */
export const bothOf = ({ env }: Pick<Asked, 'env'>) =>
  `answers of Consul at ${env['CONSUL_HTTP_ADDR']} and of the Route 53 API`;
