import type { Books } from './books';
import { ofEverybody } from './watched';
import type { Asked } from './register';

/**
 * A span in which a worker lost what it had in hand; without a name all workers did. It is a span and not a moment: on
 * a busy machine the drill learns of an end long after it.
 */
export interface Crash {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly worker?: string;
}

export interface Calls {
  /** Calls that had to be made once more, since their answers were never written. */
  readonly repeated: number;
  /** Calls under way, or answered and not yet written, when somebody crashed or the data changed. */
  readonly inFlight: number;
}

/** What is known about the questions of a drill. */
export interface Questions {
  readonly asked: readonly Asked[];
  /** What the register is rightly asked about each person, where it answers with errors at random. */
  readonly ofPersons?: ReadonlyMap<string, string>;
}

interface Interrupted {
  readonly number: string;
  readonly n: number;
}

/**
 * Sets the register's own list of questions against the answers that came into effect. Whatever is left over was
 * asked in vain; it may be as much as was in flight, document by document, and no more. Questions to which the
 * register gave no usable answer are not looked at here: either they are not handed over, or each of the persons who
 * failed of them accounts for one.
 */
export async function countCalls(
  books: Books,
  { asked, ofPersons }: Questions,
  crashes: readonly Crash[],
): Promise<Calls> {
  const applied = await books.look<{ message_id: string }>(
    `SELECT message_id FROM mpi.audit_log WHERE "row" IN ('S6', 'S7')`,
  );
  const inEffect = new Set(applied.map(({ message_id }) => message_id));
  const inVain = new Map<string, number>();
  for (const { key, messageId } of asked) {
    if (!inEffect.has(messageId)) inVain.set(key, (inVain.get(key) ?? 0) + 1);
  }
  const failed = ofPersons === undefined ? new Map<string, number>() : await failedOf(books, ofPersons);
  const interrupted = await interruptedHolds(books, crashes);
  let [repeated, inFlight] = [0, 0];
  for (const [key, all] of inVain) {
    const calls = Math.max(0, all - (failed.get(key) ?? 0));
    repeated += calls;
    inFlight += Math.min(calls, interrupted.get(key) ?? 0);
  }
  return { repeated, inFlight };
}

/**
 * Persons who were released because their lease had passed although their worker was never broken: on a machine that
 * stands still for longer than a lease nobody can tell that from a death, and their calls were in flight.
 */
export function releasedFromTheLiving(books: Books, crashes: readonly Crash[]): Promise<number> {
  const broken = crashes.flatMap(({ worker }) => (worker === undefined ? [] : [worker]));
  return books.number(
    `SELECT count(*) FROM drill.history JOIN drill.claims_over USING (claim_id)
      WHERE what = 'let_go' AND lapsed AND claim_id NOT IN (
        SELECT claim_id FROM drill.history WHERE what = 'claimed' AND worker = ANY ($1::varchar[]))`,
    [broken],
  );
}

/** How many questions about each number ended in a technical error. */
async function failedOf(
  books: Books,
  ofPersons: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, number>> {
  const rows = await books.look<{ person_id: string; n: number }>(
    `SELECT person_id, count(*)::int AS n FROM drill.history WHERE what = 'failed' GROUP BY person_id`,
  );
  const failed = new Map<string, number>();
  for (const { person_id, n } of rows) {
    const number = ofPersons.get(person_id);
    if (number !== undefined) failed.set(number, (failed.get(number) ?? 0) + n);
  }
  return failed;
}

/** Holds that ended without effect because of a crash, a lapsed lease or an edit, by the number that was asked about. */
async function interruptedHolds(
  books: Books,
  crashes: readonly Crash[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await books.look<Interrupted>(
    `
    WITH holds AS (
      SELECT * FROM (
        SELECT person_id, what, claim_id, worker, at, lead(what) OVER person AS ended, lead(at) OVER person AS ended_at,
               lead(transaction) OVER person AS ended_by
          FROM drill.history WINDOW person AS (PARTITION BY person_id ORDER BY seq)) AS told
       WHERE what = 'claimed'),
    crashes AS (
      SELECT * FROM unnest($1::timestamptz[], $2::timestamptz[], $3::varchar[]) AS c (began_at, over_at, crashed))
    SELECT number, count(*)::int AS n FROM (
      SELECT DISTINCT holds.person_id, holds.claim_id FROM holds
       WHERE ended IS DISTINCT FROM 'finished' AND (
             EXISTS (SELECT FROM crashes WHERE (crashed IS NULL OR crashed = worker)
                        AND at <= over_at AND coalesce(ended_at >= began_at, true))
          OR EXISTS (SELECT FROM drill.claims_over AS c WHERE c.claim_id = holds.claim_id AND c.lapsed))
          OR EXISTS (SELECT FROM drill.edits AS e WHERE e.transaction = ended_by)) AS cut
      JOIN LATERAL (
        ${ofEverybody(({ documents, id }) => `SELECT number FROM ${documents} WHERE ${id} = cut.person_id`)}
        UNION SELECT old_number FROM drill.edits WHERE person_id = cut.person_id) AS documents ON true
     GROUP BY number`,
    [
      crashes.map(({ fromMs }) => new Date(fromMs).toISOString()),
      crashes.map(({ untilMs }) => new Date(untilMs).toISOString()),
      crashes.map(({ worker }) => worker ?? null),
    ],
  );
  return new Map(rows.map(({ number, n }) => [number, n]));
}
