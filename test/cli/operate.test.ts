import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundledCommand } from '../support/bundled-command.ts';
import { runScript } from '../support/script.ts';
import { context, NAME, RECORDS, records, type Stack, startStack } from '../support/stack.ts';

const OLD = 'old.corp.internal';
/** Of the stage `dev` as it is shipped. */
const OWNER_ID = 'consul-route53-updater-dev';

let stack: Stack;
beforeEach(async () => {
  stack = await startStack();
  await stack.publishing(['10.0.1.11'], { OWNER_ID, RECORDS: records({}, { name: OLD }) });
});
afterEach(() => stack.close());

/** Runs a command as an operator would, or a bundle of it, on the stage `dev`, against the stand-ins. */
const operate = (file: string, ...args: readonly string[]) =>
  runScript(file, ['--stage', 'dev', ...args], {
    CONSUL_HTTP_ADDR: stack.consul.agents.map(({ url }) => url).join(),
    CONSUL_HTTP_TOKEN: 'an-operators',
    HOSTED_ZONE_ID: stack.zone.id,
    RECORDS,
    AWS_ENDPOINT_URL_ROUTE_53: stack.route53.url,
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'planted-s3cret',
  });

describe('the commands of an operator', () => {
  it('status, plan and doctor name an orphan', async () => {
    const status = await operate('cli/status.ts', '--json');
    expect(JSON.parse(status.stdout)).toMatchObject({
      ...{ action: 'status', stage: 'dev', owner: OWNER_ID },
      records: [
        { name: NAME, owner: OWNER_ID, published: ['10.0.1.11'], resolver: { problem: expect.any(String) } },
      ],
      orphans: [{ name: OLD, published: ['10.0.1.11'] }],
    });
    expect(status).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/ of this shell win over stages\/dev\.yml\.\n$/),
    });
    for (const command of ['plan', 'doctor'] as const)
      expect((await operate(await bundledCommand(command))).stdout).toMatch(
        /^orphan old\.corp\.internal \(rdsproxy\): 10\.0\.1\.11; /m,
      );
  });

  it('prune asks for a yes, where there is no terminal as an option', async () => {
    const unasked = await operate(await bundledCommand('prune'));
    expect(unasked.stderr).toContain('There is no terminal to ask on, so nothing was changed: add --yes.\n');
    expect(unasked.code).toBe(1);
    expect(stack.published(OLD)).toEqual(['10.0.1.11']);
    const pruned = await operate('cli/prune.ts', '--yes');
    expect(pruned.stdout).toMatch(/^Removed: old\.corp\.internal, with 10\.0\.1\.11\.\n/m);
    expect(pruned.code).toBe(0);
    expect(stack.published(OLD)).toEqual([]);
    expect(stack.published()).toEqual(['10.0.1.11']);
  });

  it('force makes one record as Consul says', async () => {
    for (const address of ['10.0.1.12', '10.0.1.13']) await stack.register(address);
    await stack.function({ OWNER_ID, RECORDS })({}, context());
    for (const address of ['10.0.1.11', '10.0.1.12']) await stack.agent.deregister(`rdsproxy-${address}`);
    const { code, stdout } = await operate('cli/force.ts', '--record', NAME, '--yes');
    expect(stdout).toContain('10.0.1.11, 10.0.1.12 will go, whether or not they are in use.\n');
    expect(stack.published()).toEqual(['10.0.1.13']);
    expect(code).toBe(0);
  });
});
