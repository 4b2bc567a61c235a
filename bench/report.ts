import { boundText, isReached, type Reference } from './goal';
import type { Judged, JudgedMeasurement } from './measure-twice';
import { median, spread } from './statistics';

/** Everything a run of the benchmark reports. */
export interface Report {
  readonly terms: string;
  readonly machine: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly loadingSeconds: number;
  readonly seconds: number;
  readonly measurements: readonly JudgedMeasurement[];
}

interface Row {
  readonly id: string;
  readonly what: string;
  readonly median: number;
  readonly spread: number;
  readonly unit: string;
  /** Empty where nobody has set one; then nothing is missed. */
  readonly must: string;
  readonly reachesMust: boolean;
  readonly aim: string;
  readonly reachesAim: boolean;
  readonly noisy: boolean;
  readonly detail: string;
}

/** Whether a median misses a must. */
export function missesAMust(report: Report): boolean {
  return rowsOf(report).some(({ reachesMust }) => !reachesMust);
}

/** The report for people. */
export function reportText(report: Report): string {
  const rows = rowsOf(report);
  const header = ['', 'figure', 'median', '±', 'must', '', 'aim', '', '', ''];
  const cells = rows.map((row) => [
    row.id,
    row.what,
    `${number(row.median)} ${row.unit}`,
    `${Math.round(row.spread * 100)} %`,
    row.must || 'no must',
    verdict(row.must, row.reachesMust ? 'reached' : 'MISSED'),
    row.aim,
    verdict(row.aim, row.reachesAim ? 'reached' : 'not yet'),
    row.noisy ? 'noisy' : '',
    row.detail,
  ]);
  return [
    `${report.terms}. ${report.machine}.`,
    `PostgreSQL: ${settingsText(report.settings)}.`,
    `Loading of rows: ${Math.round(report.loadingSeconds)} s, in none of the figures. All in all ${Math.round(report.seconds)} s.`,
    '',
    ...table([header, ...cells]),
    '',
    ...referencesOf(report).map(referenceText),
    '',
    ...report.measurements.flatMap(({ notes }) => notes),
    '',
  ].join('\n');
}

/** The report for programs, one line. */
export function reportJson(report: Report): string {
  return JSON.stringify(reportFields(report));
}

/** The line for programs. */
export function reportFields(report: Report): Readonly<Record<string, unknown>> {
  return {
    terms: report.terms,
    machine: report.machine,
    settings: report.settings,
    loading_seconds: report.loadingSeconds,
    seconds: report.seconds,
    references: referencesOf(report),
    figures: report.measurements.flatMap(({ figures }) =>
      figures.map((figure) => ({ ...rowOf(figure), rounds: figure.rounds })),
    ),
    notes: report.measurements.flatMap(({ notes }) => notes),
  };
}

function rowsOf(report: Report): Row[] {
  const rows = report.measurements.flatMap(({ figures }) => figures.map(rowOf));
  return rows.sort((one, other) => one.id.localeCompare(other.id, 'en', { numeric: true }));
}

const verdict = (bound: string, how: string): string => (bound === '' ? '' : how);

function rowOf({ goal, rounds, detail, noisy }: Judged): Row {
  const middle = median(rounds);
  return {
    id: goal.id,
    what: goal.what,
    median: middle,
    spread: spread(rounds),
    unit: goal.unit,
    must: goal.must === undefined ? '' : boundText(goal.must),
    reachesMust: goal.must === undefined || isReached(middle, goal.must),
    aim: goal.aim === undefined ? '' : boundText(goal.aim),
    reachesAim: goal.aim === undefined || isReached(middle, goal.aim),
    noisy,
    detail,
  };
}

function referencesOf({ measurements }: Report): Reference[] {
  return measurements.flatMap(({ references }) => references);
}

function referenceText({ symbol, unit, values }: Reference): string {
  return `${symbol}: ${values.map(number).join(', ')} ${unit}`;
}

function settingsText(settings: Report['settings']): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}

/** Columns as wide as their widest cell. */
export function table(lines: readonly (readonly string[])[]): string[] {
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => (line[column] ?? '').length)),
  );
  return lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

const number = (value: number): string => value.toPrecision(value >= 1000 ? 4 : 3).replace(/\.0+$/, '');
