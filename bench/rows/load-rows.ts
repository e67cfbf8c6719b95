import { amount, type Row } from '../row.ts';
import { type Cost, FEW, type Loads } from './load.ts';

/** How many of consul-template's kind cost Consul as much CPU as the function, and each one's milliseconds a flip. */
export function perClient({ clients, nobody }: Pick<Loads, 'clients' | 'nobody'>): number {
  const [count, cost] = [...clients].at(-1) ?? [1, nobody];
  return (cost.cpu - nobody.cpu) / count;
}

export function loadRows(loads: Loads, missing: string): readonly Row[] {
  const { flips, nobody, ours, few, clients } = loads;
  const row = (what: string, cost: Cost, more = ''): Row => ({
    part: 'load',
    what,
    measured: `${amount(cost.cpu)} ms of CPU, ${kilobytes(cost.bytes)}, ${counted(cost.connections, 'connection')}${more}`,
    spread: `the mean of ${flips} flips`,
  });
  const each = perClient(loads);
  const like = each > 0 ? `; its CPU is that of ${amount((ours.cpu - nobody.cpu) / each)} clients` : '';
  return [
    row('nobody looks', nobody),
    row('the function, for any number of clients', ours, like),
    ...[...clients].map(([count, cost]) =>
      row(`an agent on each of ${counted(count, 'client')}, imitated by its queries`, cost),
    ),
    ...(few
      ? [
          row(`${FEW} consul-templates themselves`, few.real),
          row(`${FEW} clients, imitated by their queries`, few.imitated),
        ]
      : [{ part: 'load', what: 'consul-template', measured: `missing: ${missing}`, spread: '' } as const]),
  ];
}

const kilobytes = (bytes: number) => `${amount(bytes / 1_000)} KB`;

function counted(count: number, one: string): string {
  return `${amount(count)} ${count === 1 ? one : `${one}s`}`;
}
