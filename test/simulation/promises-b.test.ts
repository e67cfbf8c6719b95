import { it } from 'vitest';
import { expectPromises } from './schedules.ts';

// Half of ten thousand, so that both cores have one: see also the other file.
it('whatever happens, the promises hold', { timeout: 3_600_000 }, () => expectPromises(5_001, 5_000));
