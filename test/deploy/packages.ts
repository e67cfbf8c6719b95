import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readStageFile } from '../../deploy/stage-file.ts';
import { onceARun } from '../support/once-a-run.ts';
import { CERTIFICATE, CONSUL } from './site.ts';
import { asParams, copyProject, type Packaged, type Project, packagedIn } from './sls.ts';

/** What `sls package` makes of the stage that is shipped. */
export const shippedPackage = () => packageOnce('shipped', async () => []);

/** More records than variables have room for. */
export const MANY = Array.from({ length: 70 }, (_, i) => ({
  service: 'rdsproxy',
  name: `r${i}.corp.internal`,
}));

/** What it makes of a stage with those records, with all that there is about Consul, and with a file of certificates. */
export const packageOfMany = () =>
  packageOnce('many', async (project) => {
    await mkdir(join(project.folder, 'certs'));
    await writeFile(join(project.folder, 'certs/consul-ca.pem'), CERTIFICATE);
    await writeFile(join(project.folder, 'certs/consul-ca-key.pem'), 'not to be packaged');
    await project.writeStage('many', { ...readStageFile('dev').parameters, records: MANY });
    return ['--stage', 'many', ...asParams(CONSUL)];
  });

/**
 * Packages once for all test files of a run.
 *
 * @param prepare puts into the project what the package needs. @returns what `sls package` is to be told.
 */
async function packageOnce(
  name: string,
  prepare: (project: Project) => Promise<readonly string[]>,
): Promise<Packaged> {
  const made = await onceARun(`package-${name}`, async (folder) => {
    const project = await copyProject();
    try {
      await project.sls(['package', ...(await prepare(project))]);
      const { template, zip } = packagedIn(folder);
      await Promise.all([copyFile(project.template, template), copyFile(project.zip, zip)]);
    } finally {
      await project.close();
    }
  });
  return packagedIn(made);
}
