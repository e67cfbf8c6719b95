import { describe, expect, it } from 'vitest';
import { type CheckStatus, healthOf } from '../../src/domain/instance.ts';

const check = (id: string, status: CheckStatus) => ({ id, status });

describe('healthOf', () => {
  it.each([
    ['no checks', [], 'passing', undefined],
    ['only passing checks', [check('serfHealth', 'passing'), check('a', 'passing')], 'passing', undefined],
    ['a warning: not healthy', [check('serfHealth', 'passing'), check('a', 'warning')], 'warning', 'a'],
    [
      'a critical check of the node',
      [check('serfHealth', 'critical'), check('a', 'passing')],
      'critical',
      'serfHealth',
    ],
    ['a critical check after a warning', [check('a', 'warning'), check('b', 'critical')], 'critical', 'b'],
    [
      'node maintenance',
      [check('a', 'critical'), check('_node_maintenance', 'critical')],
      'maintenance',
      '_node_maintenance',
    ],
    [
      'service maintenance',
      [check('_service_maintenance:rdsproxy', 'critical')],
      'maintenance',
      '_service_maintenance:rdsproxy',
    ],
    [
      'a check that only sounds like maintenance',
      [check('_node_maintenance_window', 'critical')],
      'critical',
      '_node_maintenance_window',
    ],
  ] as const)('%s', (_, checks, status, because) => {
    const health = healthOf(checks);
    expect(health.status).toBe(status);
    expect(health.because?.id).toBe(because);
  });
});
