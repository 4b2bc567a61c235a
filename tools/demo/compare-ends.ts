import type { After, DemoCase } from './case';
import type { MadeUpPerson } from './make-people';
import type { State } from './people.repository';

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
export function compareEnds(people: readonly MadeUpPerson[], { before, after }: Course): CaseEnd[] {
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
