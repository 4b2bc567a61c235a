import { maskedName, maskedNumber } from '../../src/domain/person/masking';
import { type JobRun, runSummary } from '../../src/jobs';
import { columns } from './columns';
import type { CaseEnd, Course } from './compare-ends';
import type { MadeUpPeople, MadeUpPerson } from './make-people';
import { PARTY_CASES } from './party-cases.table';
import type { State } from './people.repository';
import { PERSON_CASES } from './person-cases.table';

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
export function peopleLines({ persons, parties }: MadeUpPeople, course: Course): string {
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

function personCells({ id, name, documents, case: { title } }: MadeUpPerson, course: Course): string[][] {
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

function firstOf(people: readonly MadeUpPerson[], wanted: MadeUpPerson['case']): MadeUpPerson | undefined {
  return people.find((person) => person.case === wanted);
}

function pair({ status, reason }: { readonly status: string; readonly reason: string }): string {
  return `${status}/${reason}`;
}
