import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildBundle } from '../../build/bundle.ts';
import { zipOf } from '../../build/zip.ts';
import { type Deployment, readDeployment } from '../../deploy/deployment.ts';
import { readServerlessFile } from '../../deploy/serverless-file.ts';
import { readServiceName, readStageFile } from '../../deploy/stage-file.ts';
import { stackOf, templateOf } from '../../deploy/template.ts';
import { terraformOf } from '../../deploy/terraform.ts';
import manifest from '../../package.json' with { type: 'json' };

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What was made, for who asked for it. */
export interface Release {
  /** The files' names, in the order of their use. */
  readonly files: readonly string[];
  /** What deploys it by CloudFormation, a command each; the name of the bucket is whoever's that has one. */
  readonly commands: readonly string[];
  /** A sentence for each value of the stage that is still an example. */
  readonly placeholders: readonly string[];
}

/**
 * Writes what deploys without Serverless: the function's zip with its SHA-256, and the stack of a stage as a template of
 * CloudFormation and for Terraform.
 *
 * @param folder where to; what is in it already stays, and files of the same names are written anew.
 * @throws StageError with a sentence for each problem of the stage.
 */
export async function makeRelease(stage: string, folder: string): Promise<Release> {
  const name = readServiceName();
  const service = `${name}-${stage}`;
  const deployment = readDeployment(readStageFile(stage), { service, stage });
  const stack = stackOf(readServerlessFile(deployment), service);
  const zip = zipOf(await packaged(deployment));
  const digest = createHash('sha256').update(zip).digest('hex');
  const zipName = `${name}-${manifest.version}${ownFiles(deployment).length > 0 ? `-${stage}-${digest.slice(0, 8)}` : ''}.zip`;
  const written: readonly (readonly [file: string, content: string | Uint8Array])[] = [
    [zipName, zip],
    [`${zipName}.sha256`, `${digest}  ${zipName}\n`],
    [`${stage}.cloudformation.json`, json(templateOf(stack, service, zipName))],
    [`${stage}.tf.json`, json(terraformOf(stack, { region: deployment.region, zip: zipName }))],
  ];
  await mkdir(folder, { recursive: true });
  await Promise.all(written.map(([file, content]) => writeFile(join(folder, file), content)));
  const template = `${stage}.cloudformation.json`;
  return {
    files: written.map(([file]) => file),
    commands: [
      `aws s3 cp ${join(folder, zipName)} s3://YOUR-BUCKET/`,
      `aws cloudformation deploy --region ${deployment.region} --stack-name ${service} --template-file ${join(folder, template)} --capabilities CAPABILITY_IAM --parameter-overrides CodeBucket=YOUR-BUCKET`,
    ],
    placeholders: deployment.placeholders,
  };
}

const json = (value: object) => `${JSON.stringify(value, null, 1)}\n`;

/** What a stage has beside the bundle: certificates, and records that the variables have no room for. */
const ownFiles = ({ patterns }: Pick<Deployment, 'patterns'>) =>
  patterns.filter((path) => !path.includes('*') && path !== 'dist/NOTICES.txt');

/** What Serverless packages, too: a bundle that was just built, and what the stage has beside it. */
async function packaged(deployment: Deployment): Promise<Readonly<Record<string, Uint8Array>>> {
  const { recordsFile } = deployment;
  const folder = await mkdtemp(join(tmpdir(), 'release-'));
  try {
    await buildBundle(folder);
    const built = (await readdir(folder)).filter((file) => /\.(cjs|mjs|txt)$/.test(file));
    const bundle = built.map(async (file) => [`dist/${file}`, await readFile(join(folder, file))] as const);
    const own = ownFiles(deployment).map(
      async (path) =>
        [
          path,
          path === recordsFile?.path ? Buffer.from(recordsFile.text) : await readFile(join(root, path)),
        ] as const,
    );
    return Object.fromEntries(await Promise.all([...bundle, ...own]));
  } finally {
    await rm(folder, { recursive: true });
  }
}
