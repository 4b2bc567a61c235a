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
  const counts = counters.map((counter) => `${counter} ${String(rest[counter])}`).join(' · ');
  const kinds = Object.entries(errors as Record<string, number>).map(([kind, n]) => `${kind} ${n}`);
  return [
    `Run ${String(runId)} of ${String(job)}: ${String(status)} after ${seconds.toFixed(1)} s`,
    counts,
    `technical errors: ${kinds.join(' · ') || 'none'}`,
  ].join('\n');
}

/** One line a case: how many, how they came, how they left, and by which rows of the tables. */
export function caseLines(ends: readonly CaseEnd[]): string {
  const head = ['case', 'people', 'before', 'after', 'all streams', 'row', ''];
  return columns([head, ...ends.map(caseCells)]);
}

function caseCells({
  case: { title, before, after, leavesWaiting },
  people,
  right,
  rows,
}: CaseEnd): string[] {
  const asBefore = leavesWaiting === true ? 'as before, to be tried again' : 'as before';
  return [
    title,
    String(people),
    before.status,
    after === 'as_before' ? asBefore : pair(after),
    after === 'as_before' ? 'as before' : after.sum,
    rows.join(' ') || '–',
    right === people ? '' : `${people - right} NOT SO`,
  ];
}

/** What was found instead of what the rules say. */
export function wrongLines(ends: readonly CaseEnd[]): string[] {
  return ends
    .filter(({ right, people }) => right < people)
    .map(({ case: { title }, people, right, found }) => {
      const state = found === undefined ? 'nobody' : `${pair(found)}, all streams ${found.sum ?? 'none'}`;
      return `${title}: ${people - right} of ${people} did not end as the rules say, one with ${state}`;
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
  return columns(shown.flatMap((person) => personCells(person, course)));
}

function personCells({ id, name, documents, case: { title } }: InventedPerson, course: Course): string[][] {
  const [document] = documents;
  const called = [maskedName(name), document?.type ?? '', maskedNumber(document?.number ?? '')];
  return [
    [...called, stateCell(course.before.get(id)), title],
    ['', '', '', `→ ${stateCell(course.after.get(id))}`, ''],
  ];
}

function stateCell(state: State | undefined): string {
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

/** Before and after of everybody. */
export interface Course {
  readonly before: States;
  readonly after: States;
}

/** What became of the people of one case. */
export interface CaseEnd {
  readonly case: DemoCase;
  readonly people: number;
  /** Those who ended as the rules say. */
  readonly right: number;
  /** One of those who did not, if there are any, as found. */
  readonly found: State | undefined;
  /** Rows of the tables that were applied to them. */
  readonly rows: readonly string[];
}

/** Compares how everybody ended with what the tables of cases say they must. */
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

/** Where several rows may apply, at least one of them does. */
function rowsAreRight({ rows }: DemoCase, after: State): boolean {
  const allowed: readonly string[] = rows;
  return after.rows.length > 0 === allowed.length > 0 && after.rows.every((row) => allowed.includes(row));
}
