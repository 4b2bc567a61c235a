import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { promtool } from './support/promtool';
import { METRICS, metricNamesIn, unknownNamesIn } from './support/scraped-metrics';

interface Target {
  readonly refId: string;
  readonly datasource: { readonly uid: string };
  readonly expr: string;
  readonly legendFormat: string;
}

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly Target[];
}

interface Dashboard {
  readonly uid: string;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { name: string; type: string; definition?: string }[] };
}

const FILE = join(__dirname, '../deploy/grafana/person-verification.json');
const DASHBOARD = JSON.parse(readFileSync(FILE, 'utf8')) as Dashboard;
const PANELS = DASHBOARD.panels.filter(({ type }) => type !== 'row');
const TARGETS = PANELS.flatMap(({ title, targets = [] }) =>
  targets.map((target) => ({ panel: `${title} ${target.refId}`, ...target })),
);

/** As Grafana sends it: with a span and a stream for its variables. */
const sent = (expression: string): string =>
  expression.replaceAll('$__rate_interval', '5m').replaceAll('$stream', 'unzr');

describe('The dashboard for Grafana', () => {
  it('keeps its uid, so that links to it stay valid', () => {
    expect(DASHBOARD.uid).toBe('person-verification');
  });

  it('has panels with ids and places of their own, each with a description', () => {
    expect(PANELS.length).toBeGreaterThan(20);
    expect(new Set(DASHBOARD.panels.map(({ id }) => id)).size).toBe(DASHBOARD.panels.length);
    const cells = DASHBOARD.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)}:${y + Math.floor(cell / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(PANELS.filter(({ description = '' }) => description === '')).toEqual([]);
  });

  it.each(TARGETS)('$panel asks for metrics and labels that the program has', ({ expr }) => {
    expect(metricNamesIn(sent(expr))).not.toEqual([]);
    expect(unknownNamesIn(sent(expr))).toEqual({ metrics: [], labels: [] });
  });

  it.each(TARGETS)('$panel names its lines by labels that they have', ({ expr, legendFormat }) => {
    const named = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);
    const [, by] = /\bby \(([^)]*)\)/.exec(expr) ?? [];
    const whole = /^(sum|max|min|count)\(/.test(expr);
    const has = whole ? [] : (by?.split(', ') ?? ['instance']);
    expect([...named].sort()).toEqual(has.filter((label) => label !== 'le').sort());
  });

  it('is made of expressions that Prometheus reads', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dashboard-'));
    try {
      const rules = TARGETS.map(({ expr }, index) => ({ record: `target_${index}`, expr: sent(expr) }));
      const file = join(folder, 'rules.yml');
      writeFileSync(file, stringify({ groups: [{ name: 'dashboard', rules }] }));
      expect(await promtool('check', 'rules', file)).toContain(`${rules.length} rules found`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('asks the chosen data source only, and lets choose the streams', () => {
    expect(new Set(TARGETS.map(({ datasource }) => datasource.uid))).toEqual(new Set(['${datasource}']));
    const [source, stream] = DASHBOARD.templating.list;
    expect(source).toMatchObject({ name: 'datasource', type: 'datasource' });
    const [, metric = '', label = ''] = /^label_values\((\w+), (\w+)\)$/.exec(stream?.definition ?? '') ?? [];
    expect(unknownNamesIn(`${metric}{${label}="x"}`)).toEqual({ metrics: [], labels: [] });
  });

  it('shows every metric of ours, so that a new one gets its panel', () => {
    const shown = new Set(
      TARGETS.flatMap(({ expr }) => metricNamesIn(sent(expr))).map((name) =>
        name.replace(/_(bucket|count)$/, ''),
      ),
    );
    const ours = METRICS.map(({ name }) => name).filter((name) => !/^(process|nodejs)_|_info$/.test(name));
    expect(ours.filter((name) => !shown.has(name))).toEqual([]);
  });
});
