import { amount, type Row } from '../row.ts';
import { summarize } from '../statistics.ts';
import { type Cost, FEW, type Loads } from './load.ts';

/** Milliseconds of CPU that a flip takes, in the median. */
const cpuOf = ({ cpu }: Cost) => summarize(cpu).median;

/** What each of the many clients costs, over a flip that nobody looks at. */
function perClient({ clients, nobody }: Loads): number {
  const [count, cost] = [...clients].at(-1) ?? [1, nobody];
  return (cpuOf(cost) - cpuOf(nobody)) / count;
}

export function loadRows(loads: Loads, missing: string): readonly Row[] {
  const { nobody, ours, few, clients } = loads;
  const row = (what: string, cost: Cost, more = ''): Row => {
    const { median, min, max, count } = summarize(cost.cpu);
    return {
      part: 'load',
      what,
      measured: `${amount(median)} ms of CPU${overHttp(cost)}${more}`,
      spread: `${amount(min)} to ${amount(max)} ms of CPU, ${count} flips`,
    };
  };
  const like = Math.max(0, (cpuOf(ours) - cpuOf(nobody)) / perClient(loads));
  return [
    row('nobody looks', nobody),
    row('the function, for any number of clients', ours, `; its CPU is that of ${amount(like)} clients`),
    ...[...clients].map(([count, cost]) =>
      row(`consul-template on ${counted(count, 'client')}, imitated by its queries to a server`, cost),
    ),
    ...(few
      ? [
          row(`${FEW} consul-templates themselves, each with a Consul agent of its own`, few.behindAgents),
          row(`${FEW} consul-templates themselves, which ask a server`, few.real),
          row(`${FEW} clients, imitated by their queries to a server`, few.imitated),
        ]
      : [{ part: 'load', what: 'consul-template', measured: `missing: ${missing}`, spread: '' } as const]),
  ];
}

const overHttp = ({ http }: Cost) =>
  http ? `, ${amount(http.bytes / 1_000)} KB, ${counted(http.connections, 'connection')}` : '';

function counted(count: number, one: string): string {
  return `${amount(count)} ${count === 1 ? one : `${one}s`}`;
}
