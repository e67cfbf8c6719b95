import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Certificate } from './certificate.ts';
import type { Batch, Message, StandIns } from './protocol.ts';

/** The stand-ins of Route 53 and Consul, in a process of their own. */
export interface RunningStandIns extends StandIns {
  readonly route53: string;
  readonly consul: string;
  /** The path of what Route 53's stand-in shows, as PEM, and who calls it must trust. */
  readonly certificate: string;
  /** Calls back for each change batch that Route 53 accepted. @returns a function that ends it. */
  onBatch(listener: (batch: Batch) => void): () => void;
  close(): Promise<void>;
}

/**
 * @param certificate what Route 53's stand-in shows: it speaks TLS, as Route 53 does.
 * @param throttle whether it refuses what is over an account's limits.
 */
export async function startStandIns(
  { certificate }: { readonly certificate: Certificate },
  { throttle }: { readonly throttle: boolean },
): Promise<RunningStandIns> {
  const child = fork(
    fileURLToPath(new URL('./stand-ins-process.ts', import.meta.url)),
    [certificate.cert, certificate.key, ...(throttle ? ['--throttle'] : [])],
    { execArgv: ['--import', 'tsx'] },
  );
  const listeners = new Set<(batch: Batch) => void>();
  const waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  let last = 0;

  const urls = await new Promise<{ route53: string; consul: string }>((resolve, reject) => {
    child.on('message', (message: Message) => {
      if ('ready' in message) resolve(message.ready);
      else if ('batch' in message) for (const listener of listeners) listener(message.batch);
      else if (message.error !== undefined) waiting.get(message.id)?.reject(new Error(message.error));
      else waiting.get(message.id)?.resolve(message.result);
    });
    child.once('exit', (code, signal) => {
      const error = new Error(`the stand-ins ended with ${code ?? signal}`);
      reject(error);
      for (const { reject: giveUp } of waiting.values()) giveUp(error);
    });
  });

  const ask =
    (method: keyof StandIns) =>
    (...args: readonly unknown[]) =>
      new Promise<never>((resolve, reject) => {
        const id = ++last;
        const done = () => waiting.delete(id);
        waiting.set(id, {
          resolve: (result) => done() && resolve(result as never),
          reject: (error) => done() && reject(error),
        });
        child.send({ id, method, args });
      });

  return {
    ...urls,
    certificate: certificate.cert,
    createZone: ask('createZone'),
    deleteZone: ask('deleteZone'),
    registerServices: ask('registerServices'),
    setStatus: ask('setStatus'),
    setNodeStatus: ask('setNodeStatus'),
    heldQueries: ask('heldQueries'),
    listings: ask('listings'),
    takeCalls: ask('takeCalls'),
    refillLimits: ask('refillLimits'),
    onBatch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => ended(child),
  };
}

/** Ends a process that was started here. */
export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}
