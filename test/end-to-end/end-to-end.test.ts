import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { experienceOf } from './client.ts';
import { namespacesForbidden } from './network.ts';
import { type Parts, realParts } from './parts.ts';
import { cutWithThreeServers, cutWithTwoServers, leaderDies, rogueRegistration } from './scenarios/consul.ts';
import { allDatabasesDie, replicaMoves, replicasDie } from './scenarios/databases.ts';
import { migrated } from './scenarios/migration.ts';
import { namesLeave, serviceChanged } from './scenarios/moves.ts';
import { askByHand, bothHealthy, drained, haproxyKilled, replaced } from './scenarios/nodes.ts';
import { calm } from './scenarios/scenario.ts';
import { stateOf } from './state.ts';
import { type Row, renderTable } from './table.ts';
import { startWorld, type World } from './world.ts';

const results = fileURLToPath(new URL('../../.real-parts/', import.meta.url));

/** What comes after the replacement meets nodes that were not there from the start. */
const scenarios = [
  ...[bothHealthy, haproxyKilled, cutWithThreeServers, replicasDie, allDatabasesDie, cutWithTwoServers],
  ...[leaderDies, drained, replicaMoves, replaced, rogueRegistration, migrated],
  ...[namesLeave, serviceChanged],
];
/** So many scenarios ahead of its turn, what a scenario prepares is begun. */
const AHEAD = 2;
/** Milliseconds; each wait has a deadline of its own, so that what fails says what it waited for. */
const TIME = 300_000;

describe.sequential('the whole set-up on real parts', () => {
  let parts: Parts | undefined;
  let unavailable = 'the set-up did not start';
  /** Every world that there was, the last one being the one in use. */
  const worlds: World[] = [];
  let spoiled = true;
  const rows: Row[] = [];

  /** The world, at rest. One that a scenario has spoiled is given up for a fresh one, so that the next is not its victim. */
  async function calmWorld(real: Parts): Promise<World> {
    if (spoiled) {
      await worlds.at(-1)?.close();
      worlds.push(await startWorld(real));
      spoiled = false;
    }
    const world = worlds.at(-1) as World;
    await orSpoil(world, calm);
    return world;
  }

  async function orSpoil<T>(world: World, action: (world: World) => Promise<T>): Promise<T> {
    try {
      return await action(world);
    } catch (error) {
      spoiled = true;
      console.error(await stateOf(world));
      throw error;
    }
  }

  beforeAll(async () => {
    const found = await realParts();
    const forbidden = 'unavailable' in found ? found.unavailable : await namespacesForbidden(found);
    if (forbidden !== undefined || 'unavailable' in found) {
      unavailable = forbidden ?? unavailable;
      return;
    }
    parts = found;
    await calmWorld(found);
  }, 400_000);

  afterAll(async () => {
    if (!parts) return;
    try {
      const date = new Date().toISOString().slice(0, 10);
      console.log(renderTable(rows, parts.versions, date));
      mkdirSync(results, { recursive: true });
      const json = { date, versions: parts.versions, rows };
      writeFileSync(`${results}/end-to-end.json`, `${JSON.stringify(json, null, 2)}\n`);
    } finally {
      await worlds.at(-1)?.close();
    }
  });

  it('answers the mysql client at the name', { timeout: TIME }, async (context) => {
    if (!parts) return context.skip(unavailable);
    const world = await calmWorld(parts);
    expect(await askByHand(world)).toMatch(/^(2\treplica-1|3\treplica-2)$/);
    for (const database of [world.databases.master, ...world.databases.replicas]) {
      const grants = await database.sql("SHOW GRANTS FOR 'monitor'@'%'");
      expect(grants).toBe('GRANT USAGE ON *.* TO `monitor`@`%`');
      // The health checks so far, several of each node, have left no trace as failed connections; a client that gives
      // up on a busy machine does.
      const aborted = await database.sql("SHOW GLOBAL STATUS LIKE 'Aborted_connects'");
      const givenUp = world.client.queries.filter(({ by }) => !by).length;
      expect(Number(aborted.split('\t')[1])).toBeLessThanOrEqual(givenUp);
    }
  });

  for (const [index, { number, title, run }] of scenarios.entries()) {
    it(`${number}. ${title}`, { timeout: TIME }, async (context) => {
      if (!parts) return context.skip(unavailable);
      const world = await calmWorld(parts);
      const { client } = world;
      // Whoever needs it asks again, and learns what went wrong.
      scenarios[index + AHEAD]?.prepare?.(world).catch(() => undefined);
      const from = Date.now();
      const tell = async (passed: boolean, note: string) => {
        const to = Date.now();
        const experience = experienceOf(await client.between(from, to), from, to);
        rows.push({ number, title, passed, took: to - from, experience, note });
      };
      try {
        const note = await orSpoil(world, () => run(world, from));
        await tell(true, note);
      } catch (error) {
        await tell(false, error instanceof Error ? error.message : String(error));
        throw error;
      }
    });
  }

  it('never gave an empty answer and never failed an invocation', async (context) => {
    if (!parts) return context.skip(unavailable);
    const resolved = worlds.flatMap(({ client }) => client.resolved);
    expect(resolved.filter(({ addresses }) => addresses.length === 0)).toEqual([]);
    const invocations = worlds.flatMap(({ updater }) => updater.invocations);
    // A hold is no failure: it has a metric of its own.
    expect(invocations.filter(({ invocation }) => invocation === 'rejected')).toEqual([]);
    expect(invocations.length).toBeGreaterThan(0);
  });
});
