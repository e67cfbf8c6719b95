import { describe, expect, it } from 'vitest';
import { advised, advisedDoctor } from '../../cli/advice.ts';
import { failed, legOf, reportDoctor, warning } from '../../src/doctor/finding.ts';
import type { RecordName } from '../../src/domain/record-name.ts';
import { REMEDIES, type Reason } from '../../src/plan/reasons.ts';
import type { Environment } from '../../src/settings/settings.ts';
import { GOOD, read } from '../settings/support.ts';
import { NAME, records } from '../support/stack.ts';

const ZONE = GOOD['HOSTED_ZONE_ID'] ?? '';

/** A shell with these variables, whose settings have these records. */
const shellOf = ({ env = {}, own = [{}] }: { env?: Environment; own?: readonly object[] } = {}) => ({
  ...{ stage: undefined, env, settings: read({ RECORDS_FILE: undefined, RECORDS: records(...own) }) },
});

/** What is advised about the record there, or about another name. */
const adviceOn = (reason: Reason, shell: Parameters<typeof advised>[1] = shellOf(), name: string = NAME) =>
  advised(
    { name: name as RecordName, zoneId: ZONE, service: 'rdsproxy', reason, remedy: REMEDIES[reason] },
    shell,
  ).remedy;

describe('what an operator is advised to do', () => {
  it('is a command that works as it stands', () => {
    expect(adviceOn('vanished')).toContain(`npm run force -- --stage <stage> --record ${NAME}. Otherwise`);
    const several = shellOf({ own: [{}, { zoneId: 'Z2' }] });
    expect(adviceOn('vanished', several)).toContain(` --record ${NAME} --zone ${ZONE}. Otherwise`);
    expect(adviceOn('vanished', shellOf(), '*.corp.internal')).toContain(
      " --record '*.corp.internal'. Otherwise",
    );
  });

  it('begins with this shell, where the trouble may be its own', () => {
    expect(adviceOn('source-unavailable')).toBe(
      `From this shell: export CONSUL_HTTP_ADDR=<an address of Consul that this machine reaches>. For the function: ${REMEDIES['source-unavailable']}`,
    );
    expect(adviceOn('route53-unavailable')).toMatch(/^From this shell: see whether this machine reaches /);
    expect(adviceOn('throttled')).toBe(REMEDIES.throttled);
    const refused = { reason: 'source-denied', cause: 'query-refused' } as const;
    const record = { name: NAME as RecordName, zoneId: ZONE, service: 'rdsproxy', ...refused };
    expect(advised({ ...record, remedy: 'Correct it.' }, shellOf()).remedy).toBe('Correct it.');
  });

  it('begins with the owner where the shell did not say whose names they are', () => {
    const first = /^If that deployment is yours: add --stage <stage>, or export OWNER_ID=<its owner>\./;
    expect(adviceOn('owned-by-another')).toMatch(first);
    const plain = REMEDIES['owned-by-another'];
    expect(adviceOn('owned-by-another', shellOf({ env: { OWNER_ID: 'updater-prod' } }))).toBe(plain);
    expect(adviceOn('owned-by-another', { ...shellOf(), stage: 'prod' })).toBe(plain);
  });

  it('is the same where the doctor finds it beforehand', () => {
    const { legs } = advisedDoctor(
      reportDoctor([
        legOf('route53-api', failed('No answer.', 'Give the subnets a way out.')),
        legOf('record-conflict', failed('It is kept by another.', REMEDIES['owned-by-another'])),
        legOf('consul-service', warning('None.', 'Look.')),
      ]),
      shellOf(),
    );
    expect(legs.map(({ remedy }) => remedy)).toEqual([
      'Look.',
      expect.stringMatching(/^From this shell: .* For the function: Give the subnets a way out\.$/),
      expect.stringMatching(/^If that deployment is yours: /),
    ]);
  });
});
