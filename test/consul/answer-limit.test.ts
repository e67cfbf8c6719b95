import { describe, expect, it } from 'vitest';
import { answerLimit } from '../../src/consul/answer-limit.ts';

/** An open answer, and why it was cut off. */
function opened(limit = answerLimit()) {
  const cuts: string[] = [];
  const incoming = limit.open(({ message }) => void cuts.push(message));
  return { cuts, ...incoming };
}

const MEGABYTE = Buffer.alloc(1_000_000, 'x');

describe('one answer', () => {
  it('may have 8 MB and no more; it is cut off once', () => {
    const { cuts, add } = opened();
    for (let megabytes = 0; megabytes < 8; megabytes++) add(MEGABYTE);
    expect(cuts).toEqual([]);
    for (let more = 0; more < 3; more++) add(MEGABYTE);
    expect(cuts).toEqual(['sent an answer that was cut off, as it has more than 8 MB']);
  });

  it('may have as many values as a thousand large instances, and no more', () => {
    const { cuts, add } = opened();
    for (let instances = 0; instances < 1_000; instances++) add(Buffer.from(`[${'{},'.repeat(149)}`));
    expect(cuts).toEqual([]);
    add(Buffer.from('[['.repeat(1_000)));
    expect(cuts).toEqual(['sent an answer that was cut off, as it has more than 300000 values']);
  });

  it('is measured by its values outside of texts only, wherever the chunks part', () => {
    const { cuts, add } = opened();
    const text = `["${',[{\\"'.repeat(100_000)}\\\\"]`;
    for (let start = 0; start < text.length; start += 1_001)
      add(Buffer.from(text.slice(start, start + 1_001)));
    expect(cuts).toEqual([]);
  });
});

describe('several answers at once', () => {
  it('may have 16 MB; then the largest is cut off, and the others go on', () => {
    const limit = answerLimit();
    const answers = Array.from({ length: 5 }, () => opened(limit));
    const [large, ...others] = answers;
    for (let megabytes = 0; megabytes < 7; megabytes++) large?.add(MEGABYTE);
    for (const other of others) for (let megabytes = 0; megabytes < 3; megabytes++) other.add(MEGABYTE);
    expect(large?.cuts).toEqual([expect.stringContaining('others come at the same time')]);
    expect(others.map(({ cuts }) => cuts)).toEqual([[], [], [], []]);
  });

  it('make room for others as they end', () => {
    const limit = answerLimit();
    for (let count = 0; count < 4; count++) {
      const answer = opened(limit);
      for (let megabytes = 0; megabytes < 8; megabytes++) answer.add(MEGABYTE);
      answer.end();
      expect(answer.cuts).toEqual([]);
    }
  });
});
