import './quiet-sdk.ts';
import { describeOptions } from './arguments.ts';
import { runCommand } from './command.ts';
import { requireCredentials } from './credentials.ts';
import { printReport, REPORT_OPTIONS, REPORT_SETTINGS, tellNotes } from './report.ts';
import { askedFor } from './stage.ts';
import { examineStatus } from './status/examine-status.ts';
import { renderStatus } from './status/render-status.ts';
import { resolveBy } from './status/resolve.ts';
import { isSound } from './status/status.ts';
import { bothOf, patiently } from './waiting.ts';

const HELP = `npm run status -- [options]

Shows how each record stands: what is published, since when and by whom, how many instances are healthy, why a record is
held or failed, and what the resolver of this machine says; and names that are still kept and that no stage has.
Where a change is pending, it looks again for some seconds (without a watch window, until after the next tick).
Nothing is written. Shows what this shell sees; of the deployed function, its log and its alarms tell.

${REPORT_SETTINGS}

${describeOptions(REPORT_OPTIONS)}

Exit code: 0 if every record is as it should be, or about to be; 1 if one is held or failed, or if no function follows it.`;

await runCommand({
  options: REPORT_OPTIONS,
  help: HELP,
  async run(given) {
    const asked = askedFor(given.get('stage'), process.env);
    tellNotes(asked);
    await requireCredentials(process.env);
    const report = await patiently(
      examineStatus(asked, resolveBy()),
      `${bothOf(asked)}, and for the function if a change is pending`,
    );
    printReport(report, given, asked, (found, paint) => renderStatus(found, paint, asked.deployed));
    return isSound(report) ? 0 : 1;
  },
});
