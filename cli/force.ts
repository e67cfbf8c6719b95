import './quiet-sdk.ts';
import { describeOptions } from './arguments.ts';
import { runCommand } from './command.ts';
import { confirmOn } from './confirm.ts';
import { requireCredentials } from './credentials.ts';
import { force } from './force/force.ts';
import { COMMANDS } from './options.ts';
import { paintFor } from './paint.ts';
import { REPORT_SETTINGS, tellNotes } from './report.ts';
import { askedToChange } from './stage.ts';

const OPTIONS = COMMANDS.force;

const HELP = `npm run force -- --stage NAME --record NAME [options]

Makes one record as Consul says it should be, although most of its instances vanished (the reason "vanished"). Shows what would
change and which addresses would go, asks, does it, and shows what became of it. If by then more would go than was shown, it
changes nothing. All other guards stay in force.
It runs here, with this shell's way to Consul and its AWS credentials, and works at any moment, whoever else is at work.

${REPORT_SETTINGS}

${describeOptions(OPTIONS)}

Exit code: 0 if the record is as it should be, now; 1 if not, or if you said no.`;

await runCommand({
  options: OPTIONS,
  help: HELP,
  async run(given) {
    const record = given.get('record');
    if (record === undefined) throw new Error('Say which record: --record NAME.');
    const asked = askedToChange(given.get('stage'), process.env);
    tellNotes(asked);
    await requireCredentials(process.env);
    const isDone = await force(asked, record, given.get('zone'), {
      say: (line) => console.log(asked.words(line)),
      confirm: confirmOn({ input: process.stdin, output: process.stdout }, given.has('yes')),
      paint: paintFor(process.stdout),
    });
    return isDone ? 0 : 1;
  },
});
