import { join } from 'node:path';
import { describeOptions } from './arguments.ts';
import { runCommand } from './command.ts';
import { COMMANDS } from './options.ts';
import { makeRelease } from './release/make-release.ts';
import { defaultStageNote, stageNamed } from './stage.ts';

const FOLDER = 'release';

const HELP = `npm run release -- --stage NAME

Writes into the folder ${FOLDER}/ what deploys the stage without Serverless: the function's zip and its SHA-256, a template of
CloudFormation, and a file for Terraform. docs/release.md says how to use them. Nothing is asked of AWS.

${describeOptions(COMMANDS.release)}

Exit code: 0 if it is written, 1 if the stage is wrong. Examples in it are told of, and must not be deployed.`;

await runCommand({
  options: COMMANDS.release,
  help: HELP,
  async run(given) {
    const stage = stageNamed(given.get('stage'), process.env);
    if (!given.has('stage')) console.error(defaultStageNote(stage));
    const { files, commands, placeholders } = await makeRelease(stage, FOLDER);
    for (const file of files) console.log(join(FOLDER, file));
    if (placeholders.length > 0) {
      const values =
        placeholders.length === 1
          ? '1 value is still an example'
          : `${placeholders.length} values are still examples`;
      console.error(`Written, but do not deploy it: ${values}.`);
      for (const sentence of placeholders) console.error(sentence);
      return 0;
    }
    console.log('\nTo deploy it by CloudFormation, with a bucket in its Region:');
    for (const command of commands) console.log(command);
    return 0;
  },
});
