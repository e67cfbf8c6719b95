import { describe, expect, it } from 'vitest';
import { jsonLine } from '../../src/report/json-line.ts';

const CONTEXT = { service: 'updater-dev', threshold: undefined, now: 1_767_225_600_123, trace: undefined };

describe('a line of the log', () => {
  it('is one JSON object, the message first to be found', () => {
    const line = jsonLine('warn', 'held\nfor now', { record: { name: 'a' } }, CONTEXT);
    expect(line).not.toContain('\n');
    expect(JSON.parse(line ?? '')).toEqual({
      level: 'WARN',
      message: 'held\nfor now',
      timestamp: '2026-01-01T00:00:00.123Z',
      service: 'updater-dev',
      record: { name: 'a' },
    });
  });

  it('names the trace that Lambda has begun', () => {
    const trace = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=557abcec3ee5a047;Sampled=1';
    expect(JSON.parse(jsonLine('info', 'x', {}, { ...CONTEXT, trace }) ?? '')).toMatchObject({
      xray_trace_id: '1-5759e988-bd862e3fe1be46a994272793',
    });
  });

  it.each([
    [undefined, ['info', 'warn', 'error']],
    ['', ['info', 'warn', 'error']],
    ['loud', ['info', 'warn', 'error']],
    ['INFO', ['info', 'warn', 'error']],
    ['WARN', ['warn', 'error']],
    ['error', ['error']],
    ['CRITICAL', ['error']],
    ['SILENT', ['error']],
    ['DEBUG', ['info', 'warn', 'error']],
    ['TRACE', ['info', 'warn', 'error']],
  ])('is written with the threshold %s for the levels %j', (threshold, written) => {
    const levels = (['info', 'warn', 'error'] as const).filter(
      (level) => jsonLine(level, 'x', {}, { ...CONTEXT, threshold }) !== undefined,
    );
    expect(levels).toEqual(written);
  });
});
