import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { promtool } from './support/promtool';
import { labelsOf, labelsOfScraped, METRICS, metricNamesIn, unknownNamesIn } from './support/scraped-metrics';

const PROJECT = join(__dirname, '..');
const read = (file: string): string => readFileSync(join(PROJECT, file), 'utf8');
const matches = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, first]) => first ?? '');

interface AlertTest {
  readonly alertname: string;
  readonly exp_alerts?: readonly object[];
}

interface RuleTests {
  readonly tests: readonly {
    readonly input_series: readonly { readonly series: string }[];
    readonly alert_rule_test: readonly AlertTest[];
  }[];
}

const ALERTS = [...read('docs/alerts.yml').matchAll(/^ {6}- alert: (\w+)\n {8}expr: (.+)$/gm)].map(
  ([, name = '', expression = '']) => ({ name, expression }),
);

describe('docs/alerts.yml', () => {
  it('has rules, each with an expression on its own line', () => {
    expect(ALERTS.length).toBeGreaterThan(15);
    expect(matches(read('docs/alerts.yml'), /^ +- alert: (\w+)$/gm)).toEqual(ALERTS.map(({ name }) => name));
    expect(new Set(ALERTS.map(({ name }) => name)).size).toBe(ALERTS.length);
  });

  it('is read by Prometheus', async () => {
    expect(await promtool('check', 'rules', join(PROJECT, 'docs/alerts.yml'))).toContain(
      `${ALERTS.length} rules found`,
    );
  });

  it.each(ALERTS)('$name uses only metrics that the program has', ({ expression }) => {
    expect(metricNamesIn(expression)).not.toEqual([]);
    expect(unknownNamesIn(expression).metrics).toEqual([]);
  });

  it('use no label of ours that Prometheus replaces with its own', () => {
    const taken = METRICS.filter((metric) =>
      labelsOf(metric).some((label) => /^(job|instance)$/.test(label)),
    );
    expect(taken.map(({ name }) => name)).toEqual([]);
  });

  it.each(ALERTS)('$name uses only labels that those metrics have', ({ expression }) => {
    expect(unknownNamesIn(expression).labels).toEqual([]);
  });

  it('has a paragraph in docs/operating.md for each alert, in the same order, and no other', () => {
    const [, section = ''] = read('docs/operating.md').split('\n## Alerts\n');
    const described = [...section.matchAll(/^### (\w+)\n(\S.+)$/gm)].map(([, name]) => name);
    expect(described).toEqual(ALERTS.map(({ name }) => name));
  });

  it('has every metric explained in docs/operating.md', () => {
    const ours = METRICS.map(({ name }) => name).filter((name) => !/^(process|nodejs)_/.test(name));
    const text = read('docs/operating.md');
    expect(ours.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });
});

describe('The tests of the alerts', () => {
  const files = readdirSync(join(PROJECT, 'test/alerts')).map((file) => `test/alerts/${file}`);
  const tests = files.flatMap((file) => (parse(read(file)) as RuleTests).tests);

  it.each(files)('%s: each fires beyond its limit when its time is over, and not before', async (file) => {
    expect(await promtool('test', 'rules', join(PROJECT, file))).toContain('SUCCESS');
  });

  it.each(ALERTS)('let $name fire, and not fire', ({ name }) => {
    const moments = tests
      .flatMap((test) => test.alert_rule_test)
      .filter(({ alertname }) => alertname === name);
    expect(moments.filter((moment) => moment.exp_alerts !== undefined)).not.toEqual([]);
    expect(moments.filter((moment) => moment.exp_alerts === undefined)).not.toEqual([]);
  });

  it('have series only as a process has them', () => {
    for (const { series } of tests.flatMap((test) => test.input_series)) {
      const [, name = '', labels = ''] = /^(\w+)\{(.+)\}$/.exec(series) ?? [];
      const own = matches(labels, /(\w+)="/g).filter((label) => !/^(job|instance)$/.test(label));
      expect(own.sort(), series).toEqual([...(labelsOfScraped(name) ?? ['?'])].sort());
    }
  });
});
