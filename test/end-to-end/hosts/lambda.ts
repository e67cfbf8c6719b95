import { createRequire } from 'node:module';

/**
 * Runs the built function as Lambda would, in a process of its own: one invocation after the other, each with an
 * event of the schedule. The next begins at most a second after the last one began or, after a watch window, at once.
 *
 * E2E_BUNDLE names the file; all other settings are the function's own. The function writes its log to the output;
 * this adds one JSON line for each invocation.
 */
export interface InvocationLine {
  readonly invocation: 'resolved' | 'rejected';
  /** Milliseconds since 1970, at the end. */
  readonly at: number;
  readonly took: number;
  readonly error?: string;
}

type Handler = (event: object, context: { getRemainingTimeInMillis(): number }) => Promise<unknown>;

const { handler } = createRequire(import.meta.url)(process.env['E2E_BUNDLE'] ?? '') as { handler: Handler };
const timeout = (Number(process.env['WATCH_SECONDS']) + 10) * 1_000;
const shortest = 1_000;

for (;;) {
  const began = Date.now();
  const event = {
    version: '0',
    id: crypto.randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: '123456789012',
    time: new Date(began).toISOString(),
    region: 'us-east-1',
    resources: ['arn:aws:events:us-east-1:123456789012:rule/every-minute'],
    detail: {},
  };
  const tell = (invocation: InvocationLine['invocation'], error?: string) => {
    const at = Date.now();
    const line: InvocationLine = { invocation, at, took: at - began, ...(error !== undefined && { error }) };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  };
  await handler(event, { getRemainingTimeInMillis: () => began + timeout - Date.now() }).then(
    () => tell('resolved'),
    (error: unknown) => tell('rejected', String(error)),
  );
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, began + shortest - Date.now())));
}
