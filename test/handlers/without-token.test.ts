import { expect, it, onTestFinished } from 'vitest';
import { startSecrets } from '../support/secrets.ts';
import { context, startStack } from '../support/stack.ts';

async function refusingStack() {
  const stack = await startStack();
  onTestFinished(() => stack.close());
  await stack.consul.setFault({ kind: 'status', status: 403, body: 'Permission denied' });
  return stack;
}

it('without a token, a record that Consul refuses is held, and a token or a login is asked for', async () => {
  const stack = await refusingStack();
  const { records } = await stack.function({})({}, context());
  expect(records).toMatchObject([
    {
      outcome: 'held',
      ...{ reason: 'source-denied', cause: 'anonymous-denied' },
      message: expect.stringContaining('refused a request without a token'),
      remedy: expect.stringMatching(/^Give the function a token .* or a login \(CONSUL_AUTH_METHOD\)\.$/),
    },
  ]);
});

it('with a token that is not where the setting says, a record is held, and Consul is not asked', async () => {
  const stack = await refusingStack();
  const aws = await startSecrets(new Map());
  const { records } = await stack.function({ CONSUL_HTTP_TOKEN_SECRET: 'consul/token' }, { aws })(
    {},
    context(),
  );
  expect(records).toMatchObject([
    {
      outcome: 'held',
      ...{ reason: 'secret-unavailable', cause: 'secret-not-found' },
      message: expect.stringContaining('CONSUL_HTTP_TOKEN_SECRET'),
      remedy: 'Correct its name, or create it in this Region and account.',
    },
  ]);
});
