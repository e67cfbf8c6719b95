import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { until } from '../../emulators/until.ts';
import { SERVICE } from './fleet.ts';
import { ended } from './stand-ins.ts';

/** Clients in one process that wait for news of the service as consul-template does. */
export interface Clients {
  /** How many answers with news they have had so far, all together. */
  news(): number;
  close(): Promise<void>;
}

/** @returns once all of them wait. */
export async function startClients(consul: string, count: number): Promise<Clients> {
  const child = fork(fileURLToPath(new URL('./programs/clients.mjs', import.meta.url)), {
    execArgv: [],
    env: { CONSUL: consul, SERVICE, CLIENTS: String(count) },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  let said = { news: 0, waiting: 0 };
  child.on('message', (message: typeof said) => {
    said = message;
  });
  await until(() => said.waiting === count, { within: 60_000, what: `${count} clients that wait` });
  return { news: () => said.news, close: () => ended(child) };
}
