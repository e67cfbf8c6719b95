import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Which room may import which others; a file of src/ itself is its own room. Node's modules and packages aside. */
const RULES: readonly { readonly room: RegExp; readonly may: RegExp; readonly packages?: RegExp }[] = [
  { room: /^src\/domain\//, may: /^src\/domain\//, packages: /^node:net$/ },
  { room: /^src\/plan\//, may: /^src\/(domain|plan)\//, packages: /^$/ },
  {
    room: /^src\/consul\//,
    may: /^src\/(domain|consul)\/|^src\/(backoff|consul-settings|errors|ports|settings|settings-reader)\.ts$/,
  },
  { room: /^src\/aws\//, may: /^src\/aws\/|^src\/(errors|ports|settings-reader)\.ts$/ },
  {
    room: /^src\/route53\//,
    may: /^src\/(aws|domain|route53)\/|^src\/plan\/plan\.ts$|^src\/(backoff|errors|ports|role-settings)\.ts$/,
  },
  {
    room: /^src\/doctor\/probes\//,
    may: /^src\/doctor\/ports\.ts$|^src\/domain\/|^src\/consul\/(endpoint|redact)\.ts$|^src\/route53\/(faults|record-store|role)\.ts$|^src\/settings\.ts$/,
  },
  // Sockets and the SDK are the probes' affair; the legs are given them.
  {
    room: /^src\/doctor\//,
    may: /^src\/(domain|plan)\/|^src\/doctor\/[^/]+\.ts$|^src\/consul\/(answer|decode|inspect|tls-faults)\.ts$|^src\/(errors|objections|ports|zones)\.ts$/,
    packages: /^$/,
  },
  { room: /^src\/(errors|backoff|token-bucket)\.ts$/, may: /^$/, packages: /^$/ },
  {
    room: /^src\/[^/]+\.ts$/,
    may: /^src\/(domain|plan)\/|^src\/consul\/watch\.ts$|^src\/[^/]+\.ts$/,
    packages: /^(valibot|node:events)$/,
  },
  { room: /^handlers\//, may: /^(src|handlers)\// },
  { room: /^local\/(aws|route53|sts|dns|consul)\//, may: /^local\/(aws|route53|sts|dns|consul)\// },
  // It measures what is deployed, the bundle, and owes its standard to nothing of the function's own.
  { room: /^bench\//, may: /^(bench|local|scripts)\// },
];

const sources = ['src', 'handlers', 'local', 'bench'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => join(folder, path)),
);

function importsOf(file: string): readonly string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/\b(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, path = '']) =>
    path.startsWith('.') ? relative(root, join(root, dirname(file), path)) : path,
  );
}

describe('who may import whom', () => {
  it('is looked at in every file', () => {
    expect(sources.length).toBeGreaterThan(40);
    expect(importsOf('src/pass.ts')).toContain('src/plan/decide.ts');
  });

  it.each(sources)('%s', (file) => {
    const rule = RULES.find(({ room }) => room.test(file));
    if (!rule) return;
    for (const imported of importsOf(file)) {
      const isOurs = /^(src|handlers|local|test|scripts|bench)\//.test(imported);
      if (isOurs) expect(imported, `${file} imports ${imported}`).toMatch(rule.may);
      else if (rule.packages) expect(imported, `${file} imports ${imported}`).toMatch(rule.packages);
    }
  });
});

describe('the environment, the clock and the log', () => {
  const outside = sources.filter((file) => file.startsWith('src/'));

  it.each(outside)('%s does not reach for them', (file) => {
    const text = readFileSync(join(root, file), 'utf8');
    expect(text).not.toMatch(/process\.env|Date\.now|new Date\(|performance\.now|console\./);
  });
});

describe('size', () => {
  it.each(sources)('%s has at most 300 lines', (file) => {
    expect(readFileSync(join(root, file), 'utf8').split('\n').length).toBeLessThanOrEqual(300);
  });
});
