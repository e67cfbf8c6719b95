import { buildBundle } from './bundle.ts';

for (const [file, { bytes }] of await buildBundle('dist')) {
  console.log(`dist/${file}: ${bytes.toLocaleString('en')} bytes`);
}
