import { XMLValidator } from 'fast-xml-parser';
import { expect, it } from 'vitest';
import { loadPlot } from '../../bench/plots/load.ts';
import type { Cost, Loads } from '../../bench/rows/load.ts';
import { loadRows } from '../../bench/rows/load-rows.ts';

const cost = (cpu: number, connections: number): Cost => ({
  cpu: [cpu - 1, cpu, cpu + 2],
  http: { bytes: connections * 1_500, connections },
});

const loads: Loads = {
  nobody: cost(3, 0),
  ours: cost(8, 2),
  clients: new Map([
    [1, cost(4, 1)],
    [100, cost(60, 100)],
    [1_000, cost(503, 1_000)],
  ]),
};

it('says how many clients cost Consul as much as the function, beyond what a flip costs that nobody looks at', () => {
  const rows = loadRows(loads, 'Go is not on this machine');
  expect(rows.map(({ measured }) => measured)).toEqual([
    '3 ms of CPU, 0 KB, 0 connections',
    '8 ms of CPU, 3 KB, 2 connections; its CPU is that of 10 clients',
    '4 ms of CPU, 1.5 KB, 1 connection',
    '60 ms of CPU, 150 KB, 100 connections',
    '503 ms of CPU, 1,500 KB, 1,000 connections',
    'missing: Go is not on this machine',
  ]);
  expect(rows[1]?.spread).toBe('7 to 10 ms of CPU, 3 flips');
});

it('shows real consul-templates beside as many imitations', () => {
  const few = { behindAgents: { cpu: [4] }, real: cost(9, 10), imitated: cost(8.5, 10) };
  expect(loadRows({ ...loads, few }, '').slice(-3)).toMatchObject([
    { what: '10 consul-templates themselves, each with a Consul agent of its own', measured: '4 ms of CPU' },
    { what: '10 consul-templates themselves, which ask a server' },
    { what: '10 clients, imitated by their queries to a server' },
  ]);
});

it('is drawn in three panels, a line in each for either way, and draws noise below zero at the bottom', () => {
  const svg = loadPlot({ ...loads, ours: cost(-1, 2) });
  expect(XMLValidator.validate(svg)).toBe(true);
  expect(svg.match(/<path /g)).toHaveLength(6);
  expect(svg).toContain('consul-template on each client');
  expect(svg).not.toContain('NaN');
});
