import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createHandler } from '../../handlers/update.ts';
import { RunFailedError } from '../../src/report/log-lines.ts';
import { TIMING } from '../support/fault-cell.ts';
import { type OpenWindow, openWindow } from '../support/open-window.ts';
import { context, NAME, type Stack, startStack } from '../support/stack.ts';
import { type StsFake, startSts } from '../support/sts.ts';
import { until } from '../support/until.ts';

/** How often the code that assumes roles was loaded. */
const loaded = vi.hoisted(() => ({ times: 0 }));
vi.mock('../../src/aws/assume-role.ts', async (original) => {
  loaded.times++;
  return await original();
});

const ROUTE53_ROLE_ARN = 'arn:aws:iam::210987654321:role/route53-updater';
const ROLE = { ROUTE53_ROLE_ARN, ROUTE53_EXTERNAL_ID: 'planted-id', AWS_REGION: 'eu-west-1' };
const DENIED = { code: 'AccessDenied', message: 'not authorized to perform: sts:AssumeRole' };

let stack: Stack;
let sts: StsFake;
beforeEach(async () => {
  [stack, sts] = await Promise.all([startStack(), startSts()]);
  await stack.register('10.0.1.1');
  await stack.register('10.0.1.2');
});
afterEach(async () => void (await Promise.all([stack.close(), sts.close()])));

/** Milliseconds that STS has for an answer where none may come; otherwise a busy machine must not matter. */
const HASTY = 200;

/** The function of a stack, which reaches STS. */
function handlerWith(env: Readonly<Record<string, string>>, timeout = 20_000) {
  return createHandler({
    env: {
      CONSUL_HTTP_ADDR: stack.consul.agents.map(({ url }) => url).join(),
      HOSTED_ZONE_ID: stack.zone.id,
      RECORDS: JSON.stringify([{ service: 'rdsproxy', name: NAME }]),
      WATCH_SECONDS: '0',
      ...env,
    },
    log: (level, message, fields) => void stack.log.push({ level, message, fields }),
    route53: {
      endpoint: stack.route53.url,
      credentials: { accessKeyId: 'AKIDOWN', secretAccessKey: 'planted-own' },
    },
    aws: { endpoint: sts.url },
    stsTiming: { timeout, attempts: 2 },
    ...TIMING,
  });
}

const signers = () => new Set(stack.route53.requests.map(({ accessKeyId }) => accessKeyId));

// First: what was loaded once stays loaded.
describe('without a role', () => {
  it('nothing of STS is loaded, nor asked', async () => {
    await handlerWith({})({}, context());
    await handlerWith({})({ action: 'doctor' }, context());
    expect(loaded.times).toBe(0);
    expect(signers()).toEqual(new Set(['AKIDOWN']));
  });
});

describe('with the role of another account', () => {
  it('is asked as that role, assumed once for all zones and runs', async () => {
    const second = stack.route53.zones.create({ name: 'corp.internal', private: true });
    const RECORDS = JSON.stringify([
      { service: 'rdsproxy', name: NAME },
      { service: 'rdsproxy', name: NAME, zoneId: second.id },
    ]);
    const handler = handlerWith({ ...ROLE, RECORDS });
    expect(await handler({}, context())).toMatchObject({ outcome: 'changed' });
    expect(await handler({}, context())).toMatchObject({ outcome: 'unchanged' });
    expect(loaded.times).toBe(1);
    expect(signers()).toEqual(new Set(['ASIASESSION1']));
    expect(sts.requests).toMatchObject([
      { roleArn: ROUTE53_ROLE_ARN, externalId: 'planted-id', accessKeyId: 'AKIDOWN', region: 'eu-west-1' },
    ]);
  });

  it('the session is renewed when it ends', async () => {
    sts.duration = 0;
    const handler = handlerWith(ROLE);
    await handler({}, context());
    sts.duration = 3_600;
    const before = sts.requests.length;
    await handler({}, context());
    expect(sts.requests).toHaveLength(before + 1);
  });

  it('no secret comes out, whatever happens', async () => {
    const handler = handlerWith(ROLE, HASTY);
    const results: unknown[] = [];
    for (const answer of [
      undefined,
      DENIED,
      { code: 'ValidationError', message: "Value 'planted-id'" },
      'hang',
    ] as const) {
      sts.answer = answer;
      sts.duration = 0;
      results.push(await handler({}, context()), await handler({ action: 'doctor' }, context()));
      results.push(
        await handlerWith(ROLE, HASTY)({ 'detail-type': 'Scheduled Event' }, context()).catch(
          (error) => error,
        ),
      );
    }
    expect(results).toHaveLength(12);
    expect(inspect([results, stack.log], { depth: 30, showHidden: true })).not.toContain('planted');
  });
});

describe('a role that cannot be assumed', () => {
  const line = (window: OpenWindow) =>
    until(() => window.lines().find(({ reason }) => reason === 'role-not-assumed'), { what: 'the line' });

  it.each<[string, StsFake['answer']]>([
    ['denied', DENIED],
    ['no answer', 'hang'],
  ])('keeps the records as they were, and is tried again in the window: %s', async (_, answer) => {
    await handlerWith({})({}, context());
    expect(stack.published()).toEqual(['10.0.1.1', '10.0.1.2']);
    stack.log.length = 0;
    sts.answer = answer;
    await stack.setStatus('10.0.1.2', 'critical');
    const window = await openWindow(stack, {
      handler: handlerWith({ ...ROLE, WATCH_SECONDS: '600' }, HASTY),
    });
    expect((await line(window)).message).toMatch(
      new RegExp(
        `^${NAME} A failed \\(role-not-assumed\\): .* the role ${ROUTE53_ROLE_ARN} could not be assumed: .*; nothing was changed\\. The trust policy of the role in ROUTE53_ROLE_ARN must name this function's role`,
      ),
    );
    expect(stack.published()).toEqual(['10.0.1.1', '10.0.1.2']);
    sts.answer = undefined;
    await until(() => stack.published().join() === '10.0.1.1', { within: 30_000, what: 'the new state' });
    await window.end();
    await expect(window.run).resolves.toMatchObject({ outcome: 'changed' });
  });

  it('fails a scheduled run', async () => {
    sts.answer = DENIED;
    const run = handlerWith(ROLE)({ 'detail-type': 'Scheduled Event', source: 'aws.events' }, context());
    await expect(run).rejects.toBeInstanceOf(RunFailedError);
  });
});
