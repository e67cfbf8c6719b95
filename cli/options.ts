import { YES_OPTION } from './confirm.ts';
import { REPORT_OPTIONS } from './report.ts';
import { STAGE_OPTION } from './stage.ts';

/** The options of each command, by the name of its script. What documents show is read with them, too. */
export const COMMANDS = {
  start: {
    keep: 'leave the stack running after the steps, and say where everything is; Ctrl-C ends it',
    'stand-in': 'use the Consul stand-in, even if a real Consul is installed',
    verbose: "print the function's log too, one JSON object a line",
    help: 'print this text',
  },
  plan: REPORT_OPTIONS,
  doctor: REPORT_OPTIONS,
  status: REPORT_OPTIONS,
  force: {
    ...STAGE_OPTION,
    record: { value: 'NAME', what: 'the name of the record, and of no other' },
    zone: { value: 'ID', what: "the record's hosted zone, where its name is in several" },
    ...YES_OPTION,
    help: 'print this text',
  },
  prune: {
    ...STAGE_OPTION,
    name: { value: 'NAME', what: 'hand back this name, whether or not a stage has it' },
    zone: { value: 'ID', what: "the name's hosted zone, where it is in several" },
    all: "hand back every name of the stage's owner, after sls remove",
    ...YES_OPTION,
    help: 'print this text',
  },
  release: {
    stage: { value: 'NAME', what: 'the stage of the templates, stages/NAME.yml' },
    help: 'print this text',
  },
} as const;
