import type { Books } from './books';
import type { Asked } from './register';

/** A moment at which a worker lost what it had in hand; without names all workers did. */
export interface Crash {
  readonly atMs: number;
  readonly worker?: string;
}

export interface Calls {
  /** Calls that had to be made once more, since their answers were never written. */
  readonly repeated: number;
  /** Calls under way, or answered and not yet written, when somebody crashed or the data changed. */
  readonly inFlight: number;
}

interface Interrupted {
  readonly number: string;
  readonly n: number;
}

/**
 * Sets the register's own list of questions against the answers that came into effect. Whatever is left over was
 * asked in vain; it may be as much as was in flight, document by document, and no more. Questions to which the
 * register gave no usable answer are not looked at here.
 */
export async function countCalls(
  books: Books,
  asked: readonly Asked[],
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
  const interrupted = await interruptedHolds(books, crashes);
  let [repeated, inFlight] = [0, 0];
  for (const [key, calls] of inVain) {
    repeated += calls;
    inFlight += Math.min(calls, interrupted.get(key) ?? 0);
  }
  return { repeated, inFlight };
}

/** Holds that ended without effect because of a crash or an edit, by the number that was asked about. */
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
      SELECT * FROM unnest($1::timestamptz[], $2::varchar[]) AS c (crashed_at, crashed))
    SELECT number, count(*)::int AS n FROM (
      SELECT DISTINCT holds.person_id, holds.claim_id FROM holds
       WHERE ended IS DISTINCT FROM 'finished' AND EXISTS (SELECT FROM crashes WHERE (crashed IS NULL OR crashed = worker)
                        AND at <= crashed_at AND coalesce(ended_at >= crashed_at, true))
          OR EXISTS (SELECT FROM drill.edits AS e WHERE e.transaction = ended_by)) AS cut
      JOIN LATERAL (
        SELECT number FROM mpi.person_documents WHERE person_id = cut.person_id
        UNION SELECT old_number FROM drill.edits WHERE person_id = cut.person_id) AS documents ON true
     GROUP BY number`,
    [crashes.map(({ atMs }) => new Date(atMs).toISOString()), crashes.map(({ worker }) => worker ?? null)],
  );
  return new Map(rows.map(({ number, n }) => [number, n]));
}
