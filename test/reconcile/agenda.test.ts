import { describe, expect, it } from 'vitest';
import type { RecordName } from '../../src/domain/record-name.ts';
import { type Agenda, agenda } from '../../src/reconcile/agenda.ts';

const a = 'a.corp.internal' as RecordName;
const b = 'b.corp.internal' as RecordName;
const NEVER = Number.POSITIVE_INFINITY;

/** One that has just been taken from. */
function agendaAfterNews(now: number): Agenda {
  const todo = agenda();
  todo.addNews(b, 'change', now);
  todo.take(now);
  return todo;
}

describe('the agenda', () => {
  it('is empty at first', () => {
    const todo = agenda();
    expect(todo.due).toBe(NEVER);
    expect(todo.take(1_000)).toEqual([]);
  });

  it('has news due at once that comes alone', () => {
    const todo = agenda();
    todo.addNews(a, 'change', 100);
    expect(todo.due).toBe(100);
    todo.addNews(a, 'change', 101);
    expect(todo.due).toBe(100);
    expect(todo.take(101)).toEqual([{ name: a, trigger: 'change', since: 100, due: 100 }]);
    expect(todo.due).toBe(NEVER);
  });

  it('has news due after a quiet moment that follows other news closely', () => {
    const todo = agendaAfterNews(100);
    todo.addNews(a, 'change', 199);
    expect(todo.due).toBe(214);
    expect(todo.take(214)).toEqual([{ name: a, trigger: 'change', since: 199, due: 214 }]);
    todo.addNews(a, 'change', 314);
    expect(todo.due).toBe(314);
  });

  it('waits on while news keep coming, but a tenth of a second at most', () => {
    const todo = agendaAfterNews(0);
    for (let now = 0; now < 100; now += 10) todo.addNews(a, 'change', now);
    expect(todo.due).toBe(100);
    expect(todo.take(100)).toMatchObject([{ since: 0 }]);
  });

  it('takes all news together, due or not, so that what arrives in one breath is one pass', () => {
    const todo = agendaAfterNews(0);
    todo.addNews(a, 'change', 0);
    todo.addNews(b, 'source-back', 10);
    expect(todo.take(15).map(({ name }) => name)).toEqual([a, b]);
  });

  it('leaves what is only due later', () => {
    const todo = agenda();
    todo.addLater({ name: a, trigger: 'retry', since: 0, due: 1_000 });
    todo.addNews(b, 'change', 0);
    expect(todo.take(15).map(({ name }) => name)).toEqual([b]);
    expect(todo.due).toBe(1_000);
  });

  it('keeps what is due earlier', () => {
    const todo = agenda();
    todo.addLater({ name: a, trigger: 'retry', since: 0, due: 500 });
    todo.addLater({ name: a, trigger: 'addition-due', since: 0, due: 900 });
    expect(todo.take(1_000)).toMatchObject([{ trigger: 'retry', due: 500 }]);
  });

  it('lets news overtake what waits for its time', () => {
    const todo = agenda();
    todo.addLater({ name: a, trigger: 'addition-due', since: 0, due: 900 });
    todo.addNews(a, 'change', 100);
    expect(todo.take(100)).toEqual([{ name: a, trigger: 'change', since: 100, due: 100 }]);
    expect(todo.due).toBe(NEVER);
  });

  it('does not forget that there was news where something else is due even earlier', () => {
    const todo = agendaAfterNews(100);
    todo.addNews(a, 'change', 100);
    todo.addLater({ name: a, trigger: 'addition-due', since: 90, due: 105 });
    expect(todo.due).toBe(105);
    // The window may end before that; news is acted on all the same.
    expect(todo.take(101)).toEqual([{ name: a, trigger: 'change', since: 100, due: 105 }]);
  });

  it('puts an item back until it is resumed, with its time and trigger', () => {
    const todo = agenda();
    const item = { name: a, trigger: 'change', since: 100, due: 100 } as const;
    todo.postpone(item);
    expect(todo.due).toBe(NEVER);
    expect(todo.take(5_000)).toEqual([]);
    expect(todo.resume(a, 5_000)).toBe(true);
    expect(todo.take(5_000)).toEqual([{ ...item, due: 5_000, isResumed: true }]);
    expect(todo.resume(a, 6_000)).toBe(false);
  });

  it('resumes an item with another trigger where one is given', () => {
    const todo = agenda();
    todo.postpone({ name: a, trigger: 'change', since: 100, due: 100 });
    todo.resume(a, 200, 'source-lost');
    expect(todo.take(200)).toEqual([
      { name: a, trigger: 'source-lost', since: 100, due: 200, isResumed: true },
    ]);
  });

  it('has news of a record that was put back due at once, since the first try', () => {
    const todo = agenda();
    todo.postpone({ name: a, trigger: 'retry', since: 100, due: 100 });
    todo.addNews(a, 'change', 500);
    // Whoever resumes it has nothing to add.
    expect(todo.resume(a, 500)).toBe(true);
    expect(todo.take(500)).toEqual([{ name: a, trigger: 'change', since: 100, due: 500 }]);
  });

  it('does not put back what news have come of meanwhile', () => {
    const todo = agendaAfterNews(100);
    todo.addNews(a, 'change', 105);
    todo.postpone({ name: a, trigger: 'change', since: 100, due: 100 });
    expect(todo.due).toBe(120);
  });

  it('resumes nothing that is only due later, so that what is heard of the record is not left until then', () => {
    const todo = agenda();
    todo.addLater({ name: a, trigger: 'retry', since: 100, due: 9_000 });
    expect(todo.resume(a, 200)).toBe(false);
    expect(todo.due).toBe(9_000);
  });

  it('dates a change from the first try at it, also where more news come before the next one', () => {
    const todo = agendaAfterNews(450);
    todo.addLater({ name: a, trigger: 'retry', since: 100, due: 1_000 });
    todo.addNews(a, 'change', 500);
    todo.addNews(a, 'change', 505);
    expect(todo.take(520)).toEqual([{ name: a, trigger: 'change', since: 100, due: 520 }]);
  });

  it('puts an item back also where the end of a hold is far away, and does not count from then', () => {
    const todo = agenda();
    const over = { name: a, trigger: 'hold-over', since: 600_000, due: 600_000 } as const;
    todo.addLater(over);
    todo.addNews(a, 'change', 100);
    const [item] = todo.take(100);
    expect(item).toMatchObject({ trigger: 'change', since: 100 });
    todo.addLater(over);
    if (item) todo.postpone(item);
    expect(todo.resume(a, 150)).toBe(true);
    expect(todo.take(150)).toMatchObject([{ trigger: 'change', since: 100 }]);
    todo.addLater(over);
    todo.addLater({ name: a, trigger: 'retry', since: 200, due: 1_200 });
    expect(todo.take(1_200)).toMatchObject([{ trigger: 'retry', since: 200 }]);
  });
});
