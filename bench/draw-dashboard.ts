import { writeFile } from 'node:fs/promises';
import { dashboardPicture } from './plots/dashboard.ts';

// The picture in docs/dashboard.md; a test asks for it to be drawn anew when the dashboard changes.
await writeFile(new URL('../docs/dashboard.svg', import.meta.url), dashboardPicture());
