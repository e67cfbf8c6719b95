import { SABOTAGES } from './sabotages.ts';
import { runSchedules } from './schedules.ts';

// A process of its own: thousands of schedules take half as long without the test runner and its coverage around them.
const [first = '1', count = '1', sabotage] = process.argv.slice(2);
const [, , wrong] = SABOTAGES.find(([what]) => what === sabotage) ?? [];
runSchedules(Number(first), Number(count), wrong).then((found) =>
  process.stdout.write(JSON.stringify(found)),
);
