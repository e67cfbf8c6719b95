import type { Paint } from '../paint.ts';
import type { Seen, StepResult } from './run-step.ts';
import type { Expectation } from './steps.ts';

const TITLE_WIDTH = 48;
const ADDRESSES_WIDTH = 24;

/** One line for a step, and what there is to say beside it: why the record was held, or what was not as expected. */
export function renderStep({ step, asExpected, seen, took }: StepResult, paint: Paint): readonly string[] {
  const milliseconds = `${formatMs(took)} ms`.padStart(9);
  if (!asExpected) {
    return [
      `${paint.red('✗')} ${step.title.padEnd(TITLE_WIDTH)} ${paint.red('not as expected')} after ${milliseconds.trim()}`,
      `    expected  ${describeExpectation(step.expected)}`,
      `    seen      ${describeSeen(seen)}`,
      ...(seen.error === undefined ? [] : [`    error     ${seen.error}`]),
    ];
  }
  const { report } = seen;
  const explained = step.expected.report ? report : undefined;
  return [
    `${paint.green('✓')} ${step.title.padEnd(TITLE_WIDTH)} ${paint.cyan(list(seen.dns).padEnd(ADDRESSES_WIDTH))} ${milliseconds}`,
    ...(explained ? [`    ${paint.yellow(explained.reason ?? '')}  ${explained.message}`] : []),
    ...(explained?.remedy === undefined ? [] : [`    ${paint.dim(`remedy: ${explained.remedy}`)}`]),
  ];
}

/** Whole milliseconds, with a comma between thousands. */
export function formatMs(milliseconds: number): string {
  return Math.round(milliseconds).toLocaleString('en-US');
}

function describeExpectation({ addresses, report }: Expectation): string {
  return `DNS answers ${list(addresses)}${report ? `, and the function says ${report.reason}, naming ${report.naming}` : ''}`;
}

function describeSeen({ dns, report }: Seen): string {
  const said = report
    ? `the function says ${report.outcome}${report.reason ? ` (${report.reason})` : ''}: ${report.message}`
    : 'the function has said nothing of the record';
  return `DNS answers ${list(dns)}; ${said}`;
}

function list(dns: Seen['dns']): string {
  if ('failed' in dns) return `not at all (${dns.failed})`;
  return dns.length > 0 ? dns.join(', ') : 'nothing';
}
