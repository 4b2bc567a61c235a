import type { Findings } from './findings';

/** A drill as it ended: played, fallen, or not run for a reason. */
export type DrillResult = { readonly code: string; readonly name: string; readonly seconds: number } & (
  | { readonly end: 'played'; readonly findings: Findings }
  | { readonly end: 'fell'; readonly why: string }
  | { readonly end: 'not run'; readonly why: string; readonly isMiss: boolean }
);

/** Counts of which not one may be left. */
const NONE_OF = ['lost', 'wrong', 'twice', 'again', 'stuck'] as const;

const HEADINGS = [
  'drill',
  'persons',
  'faults',
  'lost',
  'wrong',
  'effects twice',
  'claimed again',
  'stuck',
  'repeated/in flight',
  'recovered',
  'took',
  '',
];

/** Whether every must was kept. */
export function isKept(played: DrillResult): boolean {
  if (played.end !== 'played') return played.end === 'not run' && !played.isMiss;
  const { findings } = played;
  const isClean = NONE_OF.every((count) => findings[count] === 0);
  return isClean && findings.repeated <= findings.inFlight && findings.missed.length === 0;
}

/** The table of all drills, and below it what went wrong, in sentences. */
export function table(all: readonly DrillResult[]): string {
  const rows = [HEADINGS, ...all.map(cells)];
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  );
  return [...lines.map((line) => line.trimEnd()), ...all.flatMap(sentences)].join('\n');
}

/** The same for programs. */
export function asJson(all: readonly DrillResult[], seed: string): string {
  const drills = all.map((played) => ({ ...played, kept: isKept(played) }));
  return JSON.stringify({ seed, kept: all.every(isKept), drills });
}

function cells(played: DrillResult): string[] {
  const name = `${played.code} ${played.name}`;
  if (played.end !== 'played') return [name, ...HEADINGS.slice(2).map(() => ''), played.end];
  const { findings } = played;
  const { persons, faults, lost, wrong, twice, again, stuck, repeated, inFlight, recoveredMs } = findings;
  return [
    name,
    ...[persons, faults, lost, wrong, twice, again, stuck].map(String),
    `${repeated}/${inFlight}`,
    recoveredMs === null ? '-' : `${(recoveredMs / 1000).toFixed(1)} s`,
    `${played.seconds.toFixed(0)} s`,
    isKept(played) ? 'kept' : 'MISSED',
  ];
}

function sentences(played: DrillResult): string[] {
  const name = `${played.code} ${played.name}`;
  if (played.end !== 'played') return [`${name} ${played.end}: ${played.why}`];
  const { missed, notes, repeated, inFlight } = played.findings;
  const calls =
    repeated > inFlight ? [`${repeated} calls were repeated, only ${inFlight} were in flight`] : [];
  return [
    ...[...missed, ...calls].map((sentence) => `${name} MISSED: ${sentence}`),
    ...notes.map((note) => `${name}: ${note}`),
  ];
}
