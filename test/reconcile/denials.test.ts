import { describe, expect, it } from 'vitest';
import { denials } from '../../src/reconcile/denials.ts';
import { nameOf } from '../support/carry-out.ts';

const [a, b, c, d] = [nameOf('a'), nameOf('b'), nameOf('c'), nameOf('d')];
const all = [a, b, c, d];

/** After so many shared requests in a row that access was denied to. */
function afterShared(count: number) {
  const known = denials();
  for (let i = 0; i < count; i++) known.denied(all);
  return known;
}

describe('records that share a request to which access is denied', () => {
  it('are halved until eight in a row were denied, and then tried alone, as many as there is room for', () => {
    expect(afterShared(7).remedy(all, 20)).toBe('halve');
    const known = afterShared(8);
    expect(known.remedy(all, 20)).toEqual(all);
    expect(known.remedy(all, 2)).toEqual([a, b]);
    expect(known.remedy(all, 0)).toEqual([]);
  });

  it('are tried alone until a shared request is made: one record says nothing of others', () => {
    const known = afterShared(8);
    known.made([a]);
    expect(known.remedy([b, c, d], 20)).toEqual([b, c, d]);
    known.made([b, c]);
    expect(known.remedy([a, d], 20)).toBe('halve');
  });

  it('are tried alone once, also where others were made', () => {
    const known = afterShared(8);
    known.denied([a]);
    expect(known.has(a)).toBe(true);
    known.made([b]);
    expect(known.remedy([a, c, d], 1)).toEqual([c]);
  });

  it('take turns alone, one at a time, once each was denied alone', () => {
    const known = denials();
    for (const name of all) known.denied([name]);
    const turns = Array.from({ length: 5 }, () => {
      const turn = known.remedy(all, 0);
      if (turn !== 'halve') known.denied(turn);
      return turn;
    });
    expect(turns).toEqual([[a], [b], [c], [d], [a]]);
    expect(known.remedy([c, d], 0)).toEqual([c]);
  });

  it('are all tried again once one is made that was denied alone', () => {
    const known = afterShared(8);
    for (const name of all) known.denied([name]);
    known.made([a]);
    expect(all.filter((name) => known.has(name))).toEqual([]);
    expect(known.remedy([b, c, d], 20)).toEqual([b, c, d]);
  });
});
