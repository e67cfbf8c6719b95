import { describe, expect, it } from 'vitest';
import { alarmNames } from '../deploy/alarms.ts';
import { EXAMPLES } from '../deploy/parameters.ts';
import { LEGS } from '../src/doctor/finding.ts';
import type { RecordName } from '../src/domain/record-name.ts';
import { revisionName } from '../src/plan/ownership.ts';
import { CAUSE_REMEDIES, REMEDIES } from '../src/plan/reasons.ts';
import { EVENTS, parseEvent } from '../src/settings/event.ts';
import { DEFAULT_WATCH_SECONDS } from '../src/settings/settings.ts';
import { deploy } from './deploy/site.ts';
import {
  matches as everyMatch,
  filesIn,
  namedIn,
  PAGES,
  type Table,
  tablesIn,
  textOf,
} from './support/documents.ts';

const text = PAGES.map(textOf).join('\n');

/** The texts of all TypeScript files below these folders. */
const codeOf = (...folders: readonly string[]) =>
  folders
    .flatMap((folder) => filesIn(folder, '.ts'))
    .map(textOf)
    .join('\n');

const unique = (names: Iterable<string>) => [...new Set(names)].sort();
const matches = (from: string, pattern: RegExp) => unique(everyMatch(from, pattern));

/** The rows of the table whose head has these cells. */
function table(...head: readonly string[]): Table {
  const found = tablesIn(text).find((each) => each.head.join() === head.join());
  if (!found) throw new Error(`There is no table with the head ${head.join(', ')}.`);
  return found;
}

const named = (found: Table) => unique(namedIn(found));

const VARIABLE = /\b((?:CONSUL|ROUTE53)_[A-Z0-9_]*[A-Z0-9])\b/g;

/** Every variable about Consul and Route 53 that the function reads, also those with a store behind the name. */
function variablesRead(): readonly string[] {
  const code = codeOf('src', 'handlers');
  const stored = matches(code, /read(?:Secret|Pem)\(reader, '(\w+)'/g);
  return unique([
    ...matches(code, VARIABLE),
    ...stored.flatMap((name) => [name, `${name}_SSM`, `${name}_SECRET`]),
  ]);
}

describe('the documents', () => {
  it('tell of every variable that the function reads, and of no other', () => {
    const read = variablesRead();
    expect(read).toEqual(expect.arrayContaining(['CONSUL_CLIENT_KEY_SECRET', 'ROUTE53_ROLE_ARN']));
    const tests = matches(codeOf('test', 'cli', 'emulators'), VARIABLE);
    const told = matches(text, VARIABLE);
    expect(told).toEqual(expect.arrayContaining([...read]));
    for (const name of told.filter((each) => !read.includes(each)))
      expect(['CONSUL_BIN', 'ROUTE53_CONTRACT_ENDPOINT'].filter((each) => tests.includes(each))).toContain(
        name,
      );
  });

  it('have a row for every variable but those that nobody sets', () => {
    const rows = named(table('variable', 'meaning', 'default'));
    const asked = matches(codeOf('src/settings'), /\breader\.(?:get|file)\('(\w+)'\)/g);
    expect(asked).toEqual(expect.arrayContaining(['HOSTED_ZONE_ID', 'RECORDS_FILE', 'WATCH_SECONDS']));
    // Lambda sets the Region; the others are errors.
    const read = [...asked, ...variablesRead()].filter(
      (name) => !/^AWS_|^CONSUL_HTTP_SSL_VERIFY$|^NODE_TLS_/.test(name),
    );
    expect(rows).toEqual(unique(read));
  });

  it('have a row for every key of a record', () => {
    const source = textOf('src/settings/record-settings.ts');
    const schema = source.slice(
      source.indexOf('RecordSettingSchema ='),
      source.indexOf('RecordSettingsSchema ='),
    );
    expect(named(table('key', 'meaning', 'default'))).toEqual(matches(schema, /^ {2}(\w+): /gm));
  });

  it('have a row for every reason, and none for another', () => {
    expect(named(table('reason', 'what happened', 'what to do'))).toEqual(unique(Object.keys(REMEDIES)));
  });

  it('have a command for every event that somebody may send, which is one', () => {
    const told = matches(text, /sls invoke -f update --stage prod -d '([^']+)'/g);
    expect(['{}', ...told].sort()).toEqual([...EVENTS].sort());
    for (const event of EVENTS) expect(() => parseEvent(JSON.parse(event))).not.toThrow();
  });

  it('say how long a window is by default as the function does', () => {
    const [, , seconds] =
      table('variable', 'meaning', 'default').rows.find(([name]) => name === '`WATCH_SECONDS`') ?? [];
    const [, , stage] =
      table('parameter', 'meaning', 'default').rows.find(([name]) => name === '`watchSeconds`') ?? [];
    const prose = [
      ...everyMatch(text, /\bwindow is (\d+) s long/g),
      ...everyMatch(text, /\bwatches Consul for (\d+) s\b/g),
      ...everyMatch(textOf('stages/dev.yml'), /^# watchSeconds: (\d+)$/gm),
    ];
    expect(prose.length).toBeGreaterThan(2);
    const told = [seconds, stage, ...prose, EXAMPLES.watchSeconds, deploy().environment['WATCH_SECONDS']];
    expect(told).toEqual(told.map(() => String(DEFAULT_WATCH_SECONDS)));
  });

  it('have a row for everything that wakes a pass', () => {
    const triggers = matches(textOf('src/domain/trigger.ts'), /'([a-z-]+)'/g);
    expect(triggers).toContain('source-back');
    expect(named(table('`wokenBy`', 'what woke a pass'))).toEqual(triggers);
  });

  it('give a role in another account the rights that the role of a deployment has', () => {
    const { statements } = deploy();
    const own = statements.find(({ Action }) => Action.includes('route53:ChangeResourceRecordSets'));
    const lists = (policy: string, key: string) =>
      new RegExp(`"route53:ChangeResourceRecordSets${key}":\\s*(\\[[^\\]]*\\])`)
        .exec(policy)?.[1]
        ?.replace(/\s/g, '');
    const derived = JSON.stringify(own?.Condition);
    for (const key of ['RecordTypes', 'Actions']) {
      expect(lists(derived, key), key).toMatch(/^\["/);
      expect(lists(text, key), key).toBe(lists(derived, key));
    }
    // The operator knows what the zone is called.
    expect(lists(text, 'NormalizedRecordNames')).toBe(
      JSON.stringify(['rdsproxy.corp.internal', revisionName({ name: 'corp.internal' as RecordName })]),
    );
  });

  it('have a row for every cause, with its reason', () => {
    const { rows } = table('cause', 'with the reason', 'what happened', 'what to do');
    const documented = rows.map((row) => row.slice(0, 2).map((cell) => cell.replaceAll('`', '')));
    const causes = Object.entries(CAUSE_REMEDIES).flatMap(([reason, remedies]) =>
      Object.keys(remedies).map((cause) => [cause, reason]),
    );
    expect(documented.sort()).toEqual(causes.sort());
  });

  it('have a row for every parameter of a deployment', () => {
    expect(named(table('parameter', 'meaning', 'default'))).toEqual(unique(Object.keys(EXAMPLES)));
  });

  it('have a row for every alarm', () => {
    const names = alarmNames('updater').map((name) => name.replace('updater-', ''));
    expect(named(table('alarm', 'when', 'begin with'))).toEqual(unique(names));
  });

  it('say on the front page what it costs as the page about costs does', () => {
    const [one = '', plain = '', , , hundred = ''] =
      tablesIn(textOf('docs/cost.md'))
        .flatMap(({ rows }) => rows)
        .find(([what]) => what === '**all**')
        ?.slice(1)
        .map((usd) => (Math.round(Number(usd.replaceAll('*', '')) * 10) / 10).toFixed(2)) ?? [];
    const front = textOf('README.md');
    expect(front).toContain(`| ${one}; ${hundred} for 100 records |`);
    expect(front).toContain(`about ${one} USD a month at list prices, 100 records ${hundred};`);
    expect(front).toContain(`it is ${plain}.`);
  });

  it('have a row for every leg of the doctor', () => {
    expect(named(table('leg', 'what it means that it failed'))).toEqual(unique(LEGS));
  });

  it('set nothing that is not a parameter, a variable or a key of a record, whatever the Consul', () => {
    const known = [
      ...Object.keys(EXAMPLES),
      ...variablesRead(),
      ...named(table('key', 'meaning', 'default')),
    ];
    const { rows } = table('how your Consul is set up', 'what to set', 'what it needs in Consul');
    expect(rows.length).toBeGreaterThan(10);
    for (const [, set = ''] of rows) {
      const names = matches(set, /`([\w.]+)[:`]/g);
      expect(known).toEqual(expect.arrayContaining([...names]));
    }
  });
});
