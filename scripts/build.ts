import { buildBundle } from './bundle.ts';

const { outputs } = await buildBundle('dist');
console.log(`dist/update.cjs: ${Math.ceil((outputs['dist/update.cjs']?.bytes ?? 0) / 1024)} KiB`);
