import { pipeline, type Readable, Transform } from 'node:stream';
import type { Client } from '@smithy/core/client';

/**
 * Bytes of one answer of AWS. A page of 300 record sets with an address each has 90 KB, a secret at most 64 KB; decoded,
 * XML may take sixty times its bytes.
 */
const MAX_BYTES = 500_000;

/** An answer of AWS was cut off, as it is larger than any that is to be expected. */
export class LargeAnswerError extends Error {
  override readonly name = 'LargeAnswerError';

  constructor() {
    super(`the answer was cut off, as it has more than ${MAX_BYTES / 1_000} KB`);
  }
}

/**
 * Lets a client's requests fail with LargeAnswerError where an answer, or an error's body, is too large: the SDK gathers
 * whatever comes.
 *
 * @returns the client itself.
 */
export function boundAnswers<I extends object, O extends Output, C>(client: C & Stack<I, O>): C {
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const response = result.response as { body?: Readable };
      if (response.body) response.body = bounded(response.body);
      return result;
    },
    // Next to the network, before anything is decoded.
    { step: 'deserialize', priority: 'low', name: 'boundAnswers' },
  );
  return client;
}

/** What a client has, whatever its requests are. */
type Stack<I extends object, O extends Output> = Pick<Client<unknown, I, O, never>, 'middlewareStack'>;
interface Output {
  $metadata: object;
}

function bounded(body: Readable): Readable {
  let bytes = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length;
      if (bytes > MAX_BYTES) done(new LargeAnswerError());
      else done(null, chunk);
    },
  });
  // An error of either ends both, and with them the connection.
  pipeline(body, counted, () => undefined);
  return counted;
}
