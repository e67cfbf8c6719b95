export { until } from '../../emulators/until.ts';
