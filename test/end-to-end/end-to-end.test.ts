import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { experienceOf } from './client.ts';
import { namespacesForbidden } from './network.ts';
import { realParts } from './parts.ts';
import { cutWithThreeServers, cutWithTwoServers, leaderDies, rogueRegistration } from './scenarios/consul.ts';
import { allDatabasesDie, replicaMoves, replicasDie } from './scenarios/databases.ts';
import { askByHand, bothHealthy, drained, haproxyKilled, replaced } from './scenarios/nodes.ts';
import { calm } from './scenarios/scenario.ts';
import { type Row, renderTable } from './table.ts';
import { startWorld, type World } from './world.ts';

const results = fileURLToPath(new URL('../../.real-parts/', import.meta.url));

/** What comes after the replacement meets nodes that were not there from the start. */
const scenarios = [
  ...[bothHealthy, haproxyKilled, cutWithTwoServers, cutWithThreeServers, replicasDie, allDatabasesDie],
  ...[drained, leaderDies, replaced, rogueRegistration, replicaMoves],
];

describe.sequential('the whole set-up on real parts', () => {
  let world: World | undefined;
  let unavailable = 'the set-up did not start';
  const rows: Row[] = [];

  beforeAll(async () => {
    const parts = await realParts();
    const forbidden = 'unavailable' in parts ? parts.unavailable : await namespacesForbidden(parts);
    if (forbidden !== undefined || 'unavailable' in parts) {
      unavailable = forbidden ?? unavailable;
      return;
    }
    world = await startWorld(parts);
  }, 400_000);

  afterAll(async () => {
    if (!world) return;
    try {
      const date = new Date().toISOString().slice(0, 10);
      console.log(renderTable(rows, world.parts.versions, date));
      mkdirSync(results, { recursive: true });
      const json = { date, versions: world.parts.versions, rows };
      writeFileSync(`${results}/end-to-end.json`, `${JSON.stringify(json, null, 2)}\n`);
    } finally {
      await world.close();
    }
  });

  it('answers the mysql client at the name', async (context) => {
    if (!world) return context.skip(unavailable);
    await calm(world);
    expect(await askByHand(world)).toMatch(/^(2\treplica-1|3\treplica-2)$/);
    for (const database of [world.databases.master, ...world.databases.replicas]) {
      const grants = await database.sql("SHOW GRANTS FOR 'monitor'@'%'");
      expect(grants).toBe('GRANT USAGE ON *.* TO `monitor`@`%`');
      // The health checks so far, several of each node, have left no trace as failed connections.
      expect(await database.sql("SHOW GLOBAL STATUS LIKE 'Aborted_connects'")).toBe('Aborted_connects\t0');
    }
  }, 60_000);

  for (const { number, title, run } of scenarios) {
    it(`${number}. ${title}`, { timeout: 120_000 }, async (context) => {
      if (!world) return context.skip(unavailable);
      const { client } = world;
      await calm(world);
      const from = Date.now();
      const tell = async (passed: boolean, note: string) => {
        const to = Date.now();
        const experience = experienceOf(await client.between(from, to), from, to);
        rows.push({ number, title, passed, took: to - from, experience, note });
      };
      try {
        const note = await run(world, from);
        await tell(true, note);
      } catch (error) {
        await tell(false, error instanceof Error ? error.message : String(error));
        throw error;
      }
    });
  }

  it('never gave an empty answer and never failed an invocation', async (context) => {
    if (!world) return context.skip(unavailable);
    const { client, updater } = world;
    expect(client.resolved.filter(({ addresses }) => addresses.length === 0)).toEqual([]);
    // A hold is no failure: it has a metric of its own.
    expect(updater.invocations.filter(({ invocation }) => invocation === 'rejected')).toEqual([]);
    expect(updater.invocations.length).toBeGreaterThan(0);
  });
});
