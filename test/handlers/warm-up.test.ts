import dns from 'node:dns';
import net from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { createHandler } from '../../handlers/update.ts';
import { warmUp } from '../../handlers/warm-up.ts';

afterEach(() => vi.restoreAllMocks());

it('goes all the way from the event to a change that was accepted, and touches no network', async () => {
  const connect = vi.spyOn(net.Socket.prototype, 'connect');
  const lookup = vi.spyOn(dns, 'lookup');
  let report: unknown;
  await warmUp((composition) => {
    const handler = createHandler(composition);
    return async (event, context) => {
      report = await handler(event, context);
    };
  });
  expect(report).toMatchObject({
    outcome: 'changed',
    records: [{ published: ['10.0.0.1', '10.0.0.2'], desired: ['10.0.0.1', '10.0.0.2'] }],
  });
  expect(connect).not.toHaveBeenCalled();
  expect(lookup).not.toHaveBeenCalled();
});

it('writes nothing, and what goes wrong has no effect', async () => {
  const write = vi.spyOn(process.stdout, 'write');
  await warmUp(createHandler);
  await warmUp(() => {
    throw new Error('no handler');
  });
  await warmUp(() => () => Promise.reject(new Error('no run')));
  expect(write).not.toHaveBeenCalled();
});
