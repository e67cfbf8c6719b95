import { it } from 'vitest';
import { expectPromises } from './schedules.ts';

// Half of ten thousand, so that both cores have one: see also the other file.
it('whatever happens, the promises hold', { timeout: 3_600_000 }, () => expectPromises(1, 5_000));
