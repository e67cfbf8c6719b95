/**
 * Bytes of one answer. A thousand instances take 1.6 MB with a node's and a service's check whose outputs are short, and
 * 8 MB where each has 6 KB of outputs; an agent cuts each output to 4 KB. (Route 53 has room for 400 at a name.)
 */
const MAX_BYTES = 8_000_000;

/**
 * JSON values in one answer: small ones take twenty times their bytes once they are decoded. An instance with three
 * checks has a hundred; a thousand of them may have three hundred each.
 */
const MAX_VALUES = 300_000;

/** Bytes of all answers that are on their way. */
const MAX_AT_ONCE = 16_000_000;

/** An answer was cut off, as it is larger than any that is to be expected. Its message continues a sentence. */
export class AnswerTooLargeError extends Error {
  override readonly name = 'AnswerTooLargeError';
}

/** An answer on its way. */
export interface IncomingAnswer {
  /** Counts a part of it. */
  add(chunk: Uint8Array): void;
  /** It has ended, whole or not. */
  end(): void;
}

/** Counts answers while they come, all of one process together: what is in memory is what they have sent so far. */
export interface AnswerLimit {
  /** @param cut called at most once, when the answer is to be cut off. */
  open(cut: (error: AnswerTooLargeError) => void): IncomingAnswer;
}

/**
 * Consul bounds no check output and no node name that somebody registers in its catalog, and what stands between may
 * send anything without end. Where all answers are too much together, the largest of them is cut off.
 */
export function answerLimit(): AnswerLimit {
  const open = new Map<symbol, { bytes: number; readonly cut: (what: string) => void }>();
  return {
    open(cut) {
      const key = Symbol();
      const count = valueCounter();
      let uncounted: Uint8Array[] = [];
      const own = {
        bytes: 0,
        cut(what: string) {
          open.delete(key);
          cut(new AnswerTooLargeError(`sent an answer that was cut off, as it has ${what}`));
        },
      };
      open.set(key, own);
      return {
        add(chunk) {
          if (!open.has(key)) return;
          own.bytes += chunk.length;
          if (own.bytes > MAX_BYTES) return own.cut(`more than ${MAX_BYTES / 1_000_000} MB`);
          uncounted.push(chunk);
          // Each value has a byte at least, so most answers need not be looked through before they are decoded.
          if (own.bytes > MAX_VALUES) {
            for (const part of uncounted)
              if (count(part) > MAX_VALUES) return own.cut(`more than ${MAX_VALUES} values`);
            uncounted = [];
          }
          const all = [...open.values()];
          if (all.reduce((sum, { bytes }) => sum + bytes, 0) <= MAX_AT_ONCE) return;
          const [largest] = all.sort((left, right) => right.bytes - left.bytes);
          largest?.cut(`${largest.bytes} bytes so far, and others come at the same time`);
        },
        end: () => void open.delete(key),
      };
    },
  };
}

const [QUOTE, BACKSLASH, COMMA, BRACKET, BRACE] = Buffer.from('"\\,[{');

/** @returns counts what begins a value, outside of texts, in all chunks so far. */
function valueCounter(): (chunk: Uint8Array) => number {
  let values = 0;
  let isText = false;
  let isEscaped = false;
  return (chunk) => {
    // By index: until it is optimised, an iterator takes several times as long, a whole large answer.
    for (let index = 0; index < chunk.length; index++) {
      const byte = chunk[index];
      if (isEscaped) isEscaped = false;
      else if (isText && byte === BACKSLASH) isEscaped = true;
      else if (byte === QUOTE) isText = !isText;
      else if (!isText && (byte === COMMA || byte === BRACKET || byte === BRACE)) values++;
    }
    return values;
  };
}
