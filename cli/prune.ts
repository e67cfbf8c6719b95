import './quiet-sdk.ts';
import { describeOptions, type Given } from './arguments.ts';
import { runCommand } from './command.ts';
import { confirmOn } from './confirm.ts';
import { requireCredentials } from './credentials.ts';
import { COMMANDS } from './options.ts';
import { type Choice, prune } from './prune/prune.ts';
import { tellNotes } from './report.ts';
import { askedToChange } from './stage.ts';

const OPTIONS = COMMANDS.prune;

const HELP = `npm run prune -- --stage NAME [options]

Removes names from the stage's zones that its deployment still keeps and that no stage has any more: orphans. Shows what would
go, and asks. Each name goes whole, with its registry record, by a compare-and-swap; sets of somebody else are left alone.
A simple set carries no mark. Where no stage has its name, it goes only by --name, and with somebody who looks at it: no --yes.
The owner is that of the stage, <service>-<stage> or its ownerId; OWNER_ID in this shell wins, for a stage that is gone.
It takes AWS credentials that may list the zones and change their records, and does not ask Consul.

${describeOptions(OPTIONS)}

Exit code: 0 if it is all gone, 1 if not, or if you said no.`;

await runCommand({
  options: OPTIONS,
  help: HELP,
  async run(given) {
    const choice = choiceOf(given);
    const asked = askedToChange(given.get('stage'), process.env);
    tellNotes(asked);
    await requireCredentials(process.env);
    const isDone = await prune(asked, choice, {
      say: (line) => console.log(asked.words(line)),
      confirm: confirmOn({ input: process.stdin, output: process.stdout }, given.has('yes')),
      isAnswered: given.has('yes'),
    });
    return isDone ? 0 : 1;
  },
});

function choiceOf(given: Given<typeof OPTIONS>): Choice {
  const name = given.get('name');
  if (name !== undefined && given.has('all')) throw new Error('Give --name or --all, not both.');
  const zone = given.get('zone');
  if (name !== undefined) return { by: 'name', name, ...(zone !== undefined && { zone }) };
  if (zone !== undefined) throw new Error('--zone says in which zone a --name is: give both.');
  return { by: given.has('all') ? 'all' : 'orphans' };
}
