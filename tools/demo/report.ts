import { maskedName, maskedNumber } from '../../src/domain/person/masking';
import { type JobRun, runSummary } from '../../src/jobs';
import { columns } from './terminal';
import type { InventedPeople, InventedPerson } from './invented-people';
import { PARTY_CASES } from './party-cases.table';
import type { State } from './people.repository';
import { PERSON_CASES } from './person-cases.table';
import type { After, DemoCase } from './demo-case';

/** The record of the run, in one paragraph. */
export function runLines(run: JobRun, counters: readonly string[]): string {
  const { job, run_id: runId, status, technical_errors: errors, ...rest } = runSummary(run, counters);
  const seconds = ((run.finishedAt ?? run.startedAt).getTime() - run.startedAt.getTime()) / 1000;
  const counts = counters.map((counter) => `${counter} ${String(rest[counter])}`);
  const kinds = Object.entries(errors as Record<string, number>).map(([kind, n]) => `${kind} ${n}`);
  return [
    `Run ${String(runId)} of ${String(job)}: ${String(status)}`,
    ['took', `${seconds.toFixed(1)} s ·`, counts.join(' · ')].join(' '),
    `technical errors: ${kinds.join(' · ') || 'none'}`,
  ].join('\n');
}

/**
 * The cases in groups of one change: how many people, which case, what all streams add up to, and the rows of the
 * tables by which they changed.
 */
export function caseLines(ends: readonly CaseEnd[]): string {
  const changes = [...new Set(ends.map(changeOf))];
  const ordered = changes.flatMap((change) => ends.filter((end) => changeOf(end) === change));
  const [head = '', ...lines] = columns([HEAD, ...ordered.map(caseCells)]).split('\n');
  const grouped = ordered.flatMap((end, index) => {
    const isFirst = index === 0 || changeOf(ordered[index - 1] ?? end) !== changeOf(end);
    return [...(isFirst ? ['', changeOf(end)] : []), lines[index] ?? ''];
  });
  return [head, ...grouped].join('\n');
}

const HEAD = ['people', 'case', 'all streams', 'row', ''];

function changeOf({ case: { before, after, leavesWaiting } }: CaseEnd): string {
  const unchanged = leavesWaiting === true ? 'unchanged, waiting for a retry' : 'unchanged';
  return `${before.status} → ${after === 'as_before' ? unchanged : pair(after)}`;
}

function caseCells({ case: { title, after }, people, right, rows }: CaseEnd): string[] {
  return [
    String(people).padStart(HEAD[0]?.length ?? 0),
    title,
    after === 'as_before' ? 'unchanged' : after.sum,
    rows.join(' ') || '–',
    right === people ? '' : 'WRONG',
  ];
}

/** What was found where it differs from the rules. */
export function wrongLines(ends: readonly CaseEnd[]): string[] {
  return ends
    .filter(({ right, people }) => right < people)
    .map(({ case: { title }, people, right, found }) => {
      return `${title}: ${people - right} of ${people} did not end as the rules say, one with ${stateText(found)}`;
    });
}

/** A few of them with their masked names and documents, before and after. */
export function peopleLines({ persons, parties }: InventedPeople, course: Course): string {
  const shown = [
    firstOf(persons, PERSON_CASES.valid),
    firstOf(persons, PERSON_CASES.shared_invalid),
    firstOf(persons, PERSON_CASES.shared_invalid_small),
    firstOf(parties, PARTY_CASES.invalid),
    firstOf(persons, PERSON_CASES.latin_letters),
    firstOf(persons, PERSON_CASES.national_id),
    firstOf(persons, PERSON_CASES.register_minus_1),
  ].filter((person) => person !== undefined);
  const names = columns(shown.map(personCells)).split('\n');
  return shown
    .flatMap(({ id }, index) => [
      names[index] ?? '',
      `  ${stateText(course.before.get(id))}`,
      `  → ${stateText(course.after.get(id))}`,
    ])
    .join('\n');
}

function personCells({ name, documents, case: { title } }: InventedPerson): string[] {
  const [document] = documents;
  return [maskedName(name), document?.type ?? '', maskedNumber(document?.number ?? ''), title];
}

function stateText(state: State | undefined): string {
  return state === undefined ? 'unknown' : `${pair(state)}, all streams ${state.sum ?? 'none'}`;
}

function firstOf(
  people: readonly InventedPerson[],
  wanted: InventedPerson['case'],
): InventedPerson | undefined {
  return people.find((person) => person.case === wanted);
}

function pair({ status, reason }: { readonly status: string; readonly reason: string }): string {
  return `${status}/${reason}`;
}

export type States = ReadonlyMap<string, State>;

/** The states before and after the run. */
export interface Course {
  readonly before: States;
  readonly after: States;
}

/** How the people of one case ended. */
export interface CaseEnd {
  readonly case: DemoCase;
  readonly people: number;
  /** How many ended as the rules say. */
  readonly right: number;
  /** The state of one who did not, if there is one. */
  readonly found: State | undefined;
  /** Rows of the tables by which they changed. */
  readonly rows: readonly string[];
}

/** Compares how everybody ended with the tables of cases. */
export function compareEnds(people: readonly InventedPerson[], { before, after }: Course): CaseEnd[] {
  const cases = [...new Set(people.map((person) => person.case))];
  return cases.map((demoCase) => {
    const ends = people
      .filter((person) => person.case === demoCase)
      .map(({ id }) => ({ before: before.get(id), after: after.get(id) }));
    const wrong = ends.filter((end) => !isRight(demoCase, end.before, end.after));
    return {
      case: demoCase,
      people: ends.length,
      right: ends.length - wrong.length,
      found: wrong[0]?.after,
      rows: [...new Set(ends.flatMap((end) => end.after?.rows ?? []))].sort(),
    };
  });
}

function isRight(demoCase: DemoCase, before: State | undefined, after: State | undefined): boolean {
  if (before === undefined || after === undefined) return false;
  const expected = demoCase.after === 'as_before' ? before : stateOf(demoCase.after);
  return (
    after.status === expected.status &&
    after.reason === expected.reason &&
    after.data_status === expected.data_status &&
    after.sum === expected.sum &&
    after.waits === (demoCase.leavesWaiting ?? false) &&
    rowsAreRight(demoCase, after)
  );
}

function stateOf({ status, reason, dataStatus, sum }: After): Omit<State, 'id' | 'waits' | 'rows'> {
  return { status, reason, data_status: dataStatus, sum };
}

/** Where several rows may apply, at least one of them did. */
function rowsAreRight({ rows }: DemoCase, after: State): boolean {
  const allowed: readonly string[] = rows;
  return after.rows.length > 0 === allowed.length > 0 && after.rows.every((row) => allowed.includes(row));
}
