import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importsOf, root } from './support/imports.ts';

interface Room {
  /** A folder, or one file. A file belongs to the first room that it lies in. */
  readonly room: string;
  /** Rooms, or files of other rooms, that it may import; itself it always may. */
  readonly may: readonly string[];
  /** The packages and modules of Node that it may import; any if absent. */
  readonly packages?: RegExp;
}

const VALUES = ['src/domain/'];
const PORTS = ['src/ports.ts', 'src/errors.ts'];

/** The arrows between the rooms; see docs/adr/0010. */
const ROOMS: readonly Room[] = [
  { room: 'src/domain/', may: [], packages: /^node:net$/ },
  { room: 'src/pacing/', may: [], packages: /^$/ },
  { room: 'src/plan/', may: VALUES, packages: /^$/ },
  { room: 'src/settings/', may: VALUES, packages: /^valibot$/ },
  { room: 'src/errors.ts', may: ['src/plan/'], packages: /^$/ },
  { room: 'src/ports.ts', may: [...VALUES, 'src/plan/', 'src/settings/'], packages: /^$/ },
  {
    room: 'src/reconcile/',
    may: [...VALUES, 'src/plan/', 'src/settings/', 'src/pacing/', ...PORTS],
    packages: /^node:events$/,
  },
  { room: 'src/report/', may: [...VALUES, 'src/plan/', 'src/pacing/', ...PORTS], packages: /^$/ },
  { room: 'src/consul/', may: [...VALUES, 'src/settings/', 'src/pacing/', 'src/plan/', ...PORTS] },
  { room: 'src/aws/', may: [...VALUES, 'src/settings/', 'src/plan/reasons.ts', ...PORTS] },
  {
    room: 'src/route53/',
    may: [...VALUES, 'src/plan/', 'src/settings/', 'src/pacing/', 'src/aws/', ...PORTS],
  },
  // Sockets and the SDK are the probes' affair; the legs are given them.
  {
    room: 'src/doctor/probes/',
    may: [...VALUES, 'src/doctor/probes.ts', 'src/consul/', 'src/route53/', 'src/aws/'],
  },
  {
    room: 'src/doctor/',
    may: [
      ...[...VALUES, ...PORTS, 'src/plan/', 'src/settings/', 'src/pacing/', 'src/consul/'],
      'src/report/log-lines.ts',
    ],
    packages: /^$/,
  },
  { room: 'handlers/', may: ['src/'] },
  { room: 'emulators/', may: [] },
  { room: 'cli/', may: ['src/', 'handlers/', 'emulators/', 'deploy/', 'build/', 'package.json'] },
  { room: 'deploy/', may: ['src/domain/', 'src/settings/', 'src/report/metric-names.ts', 'src/errors.ts'] },
  { room: 'build/', may: [] },
  // It measures what is deployed, the bundle, and owes its standard to nothing of the function's own.
  {
    room: 'bench/',
    may: ['emulators/', 'build/', 'deploy/dashboard.ts', 'deploy/alarms.ts', 'test/real-parts/go-tool.ts'],
  },
];

const FOLDERS = ['src', 'handlers', 'emulators', 'cli', 'deploy', 'build', 'bench'];

function filesIn(folders: readonly string[]): readonly string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => join(folder, path)),
  );
}

const sources = filesIn(FOLDERS);

function roomOf(file: string): Room | undefined {
  return ROOMS.find(({ room }) => file.startsWith(room));
}

const isOurs = (path: string) => existsSync(join(root, path));

describe('who may import whom', () => {
  it('is looked at in every file', () => {
    expect(sources.length).toBeGreaterThan(200);
    expect(importsOf('src/reconcile/reconcile.ts')).toContain('src/plan/decide.ts');
  });

  it.each(sources)('%s', (file) => {
    const room = roomOf(file);
    if (!room) throw new Error(`${file} is in no room: give its folder one in this test`);
    for (const imported of importsOf(file)) {
      if (!isOurs(imported)) {
        if (room.packages) expect(imported, `${file} imports ${imported}`).toMatch(room.packages);
        continue;
      }
      const isAllowed = [room.room, ...room.may].some((allowed) => imported.startsWith(allowed));
      expect(isAllowed, `${file} imports ${imported}`).toBe(true);
    }
  });

  it('knows no circles', () => {
    const circles: string[] = [];
    const done = new Set<string>();
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
      if (path.includes(file) || done.has(file)) return;
      for (const imported of importsOf(file).filter(isOurs)) visit(imported, [...path, file]);
      done.add(file);
    };
    for (const file of sources) visit(file, []);
    expect(circles).toEqual([]);
  });
});

describe('the environment, the clock and the log', () => {
  const outside = sources.filter((file) => file.startsWith('src/'));

  it.each(outside)('%s does not reach for them', (file) => {
    const text = readFileSync(join(root, file), 'utf8');
    expect(text).not.toMatch(/process\.env|console\./);
    // `new Date(value)` only reads a value.
    expect(text).not.toMatch(/Date\.now|new Date\(\)|performance\.now|Math\.random/);
  });
});

describe('size', () => {
  it.each([...sources, ...filesIn(['test'])])('%s has at most 300 lines', (file) => {
    expect(readFileSync(join(root, file), 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(300);
  });
});
