import { afterEach } from 'vitest';
import type { RecordSetting } from '../../src/domain/record-setting.ts';
import type { HealthSource } from '../../src/ports.ts';
import { serviceReadings } from '../../src/reconcile/service-readings.ts';
import type { FakeClock } from './fake-clock.ts';
import { recordSetting } from './records.ts';

const open: (() => Promise<void>)[] = [];
afterEach(async () => void (await Promise.allSettled(open.splice(0).map((close) => close()))));

/** Reads the services of some records, until the test is over. */
export function startReadings(
  clock: FakeClock,
  source: HealthSource,
  records: readonly RecordSetting[] = [recordSetting()],
  { once = false } = {},
) {
  const news: string[] = [];
  const deadline = new AbortController();
  let crashes = 0;
  const readings = serviceReadings(
    records,
    { source, clock, random: () => 0, reads: (work) => work() },
    {
      once,
      after: Promise.resolve(),
      signal: deadline.signal,
      onNews: (concerned, what) => void news.push([what, ...concerned.map(({ name }) => name)].join(' ')),
      onAskedAgain: (concerned, what) =>
        void news.push([what ?? 'confirmed', ...concerned.map(({ name }) => name)].join(' ')),
      onCrash: () => void crashes++,
    },
  );
  open.push(() => readings.close());
  const addresses = (setting: RecordSetting) => {
    const seen = readings.of(setting);
    return seen.known ? seen.value.map(({ address }) => address) : seen.objection;
  };
  return { readings, news, deadline, addresses, crashes: () => crashes };
}
