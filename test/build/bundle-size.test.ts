import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MODULES, PACKAGES } from '../../build/bundle/replacements.ts';
import { buildBundle } from '../../build/bundle.ts';

let folder: string;
/** Bytes of each module in `update.cjs`, by its path in the project. */
let inputs: ReadonlyMap<string, number>;
let total: number;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bundle-'));
  const bundle = await buildBundle(folder);
  const update = bundle.get('update.cjs');
  total = update?.bytes ?? 0;
  inputs = new Map(
    Object.entries(update?.inputs ?? {}).flatMap(([path, { bytesInOutput }]) =>
      bytesInOutput > 0 ? [[path, bytesInOutput]] : [],
    ),
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Bytes of the modules whose paths match. */
const bytesOf = (pattern: RegExp) =>
  [...inputs].reduce((sum, [path, bytes]) => sum + (pattern.test(path) ? bytes : 0), 0);

describe('what a cold start reads', () => {
  it('is at most 250 KB', () => {
    expect(total).toBeGreaterThan(0);
    expect(total).toBeLessThanOrEqual(250_000);
  });

  it('has every module of the list in place of the one that it stands in for', () => {
    const standIns = [
      ...new Set([...Object.values(PACKAGES), ...Object.values(MODULES), 'unused.ts']),
    ].sort();
    const used = [...inputs.keys()].filter((path) => path.startsWith('build/bundle/'));
    expect(used.sort()).toEqual(standIns.map((name) => `build/bundle/${name}`));
    for (const path of Object.keys(MODULES)) {
      // One that has moved is replaced no more.
      expect(existsSync(`node_modules/${path}`), path).toBe(true);
      expect([...inputs.keys()]).not.toContain(`node_modules/${path}`);
    }
  });

  it.each([
    ['the search for credentials', /credential-provider-(?!env)|token-providers|nested-clients|-imds/],
    ['other clients of the SDK', /@aws-sdk\/client-(?!route-53)/],
    ['event streams', /event-streams/],
    ["AWS's partitions and rules of endpoints", /partitions\.js|endpoints\/util-endpoints\/|endpoint\/bdd/],
    ['protocols other than XML', /protocols\/(json|query|cbor)\/|\/cbor\//],
    [
      'parts of the Consul client beside health',
      /consul\/lib\/(?!index|consul|health|utils|errors|constants)/,
    ],
    ['the doctor', /handlers\/doctor|src\/doctor\//],
  ])('has nothing of %s', (_, pattern) => {
    expect([...inputs.keys()].filter((path) => pattern.test(path))).toEqual([]);
  });

  it.each([
    ["Route 53's shapes", /client-route-53\/dist-es\/schemas/, 6_000],
    ["Route 53's errors", /client-route-53\/dist-es\/models/, 2_500],
    ["the packages' descriptions", /package\.json$/, 200],
    ["the Consul client's helpers", /consul\/lib\/utils/, 4_000],
  ])('has of %s only what is used', (_, pattern, most) => {
    expect(bytesOf(pattern)).toBeGreaterThan(0);
    expect(bytesOf(pattern)).toBeLessThanOrEqual(most);
  });
});
