import { readFileSync } from 'node:fs';
import { XMLValidator } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { dashboardPicture } from '../../bench/plots/dashboard.ts';
import { samplesOf } from '../../bench/plots/dashboard-sample.ts';
import { widget } from '../../bench/plots/dashboard-widgets.ts';
import { alarmNames } from '../../deploy/alarms.ts';
import { deploy, propertiesOf } from '../deploy/site.ts';

const docs = new URL('../../docs/', import.meta.url);
const BOX = { left: 0, top: 0, width: 400, height: 200 };
const GRID = { x: 0, y: 0, width: 24, height: 6 };

describe('the picture of the dashboard', () => {
  const svg = dashboardPicture('updater-dev');

  it('is the one in the documents; npm run dashboard draws it anew', () => {
    expect(readFileSync(new URL('dashboard.svg', docs), 'utf8')).toBe(dashboardPicture());
  });

  it('shows each question, title and alarm of the dashboard that is deployed', () => {
    expect(XMLValidator.validate(svg)).toBe(true);
    const { DashboardBody } = propertiesOf(deploy({ dashboard: true }).resources, 'Dashboard') as {
      DashboardBody: { 'Fn::Sub': string };
    };
    const texts = [...DashboardBody['Fn::Sub'].matchAll(/"(?:title|markdown)":"(?:## )?([^"]+)"/g)];
    expect(texts.length).toBeGreaterThan(10);
    for (const [, text] of texts) expect(svg).toContain(`>${text}<`);
    for (const alarm of alarmNames('updater-dev')) expect(svg).toContain(`>${alarm}: `);
  });

  it('follows what is asked: another metric, query or kind of widget wants a sample of its own', () => {
    const graph = (properties: object) => () => widget({ type: 'metric', ...GRID, properties }, BOX);
    expect(graph({ title: 'Runs', metrics: [['Ours', 'Runs', { stat: 'Sum' }]] })()).toContain('>Runs<');
    expect(graph({ metrics: [['Ours', 'Walks', { stat: 'Sum' }]] })).toThrow('no sample of Walks Sum');
    const query = "SOURCE 'log' | filter x | stats latest(a) as apples by tree";
    expect(() => widget({ type: 'log', ...GRID, properties: { query } }, BOX)).toThrow(
      'no sample with tree, apples',
    );
    expect(() => widget({ type: 'explorer', ...GRID, properties: {} }, BOX)).toThrow('explorer');
  });

  it('draws a change where it was, and a line that stays the same by its ends', () => {
    expect(samplesOf('Runs', 'Sum')).toEqual([
      { x: 0, y: 1 },
      { x: 180, y: 1 },
    ]);
    expect(samplesOf('ReactionMs', 'p99').length).toBe(samplesOf('ReactionMs', 'p50').length);
  });
});
