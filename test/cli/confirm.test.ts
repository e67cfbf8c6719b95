import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { confirmOn } from '../../cli/confirm.ts';

/** Asks on a terminal on which somebody types this line. */
async function ask(line: string, { isTTY = true, isAnswered = false } = {}) {
  const input = Object.assign(new PassThrough(), { isTTY });
  const output = new PassThrough();
  input.write(`${line}\n`);
  const streams = { input, output } as unknown as Parameters<typeof confirmOn>[0];
  const answer = await confirmOn(streams, isAnswered)('Remove it?');
  return { answer, shown: String(output.read() ?? '') };
}

describe('a question', () => {
  it.each([
    ['yes', true],
    [' YES ', true],
    ['y', false],
    ['no', false],
    ['', false],
  ])('that is answered by "%s": %s', async (line, answer) => {
    const asked = await ask(line);
    expect(asked.answer).toBe(answer);
    expect(asked.shown).toContain('Remove it? Type yes: ');
  });

  it('is not asked where the answer is an option', async () => {
    expect(await ask('', { isAnswered: true, isTTY: false })).toEqual({ answer: true, shown: '' });
  });

  it('cannot be asked without a terminal', async () => {
    await expect(ask('yes', { isTTY: false })).rejects.toThrow(
      /^There is no terminal to ask on, .*: add --yes\.$/,
    );
  });
});
