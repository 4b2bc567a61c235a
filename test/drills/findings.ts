import { comparePeople, Oracle } from './oracle';
import { effectsTwice } from './invariants';
import { repairRegister } from './population-loader';
import type { People } from './population';
import { runUntilNothingWaits } from './runs';
import type { Crash, DrillEnvironment } from './environment';
import { claimedAgain } from './recorder';
import { type DrillDatabase, ofEverybody } from './database';
import type { Asked } from './register';

/** The result of one drill. */
export interface Findings {
  /** And parties, where they are asked about as well. */
  readonly persons: number;
  readonly faults: number;
  readonly lost: number;
  readonly wrong: number;
  readonly twice: number;
  readonly again: number;
  readonly stuck: number;
  readonly repeated: number;
  readonly inFlight: number;
  /** The longest time until work went on; null where nothing stalled. */
  readonly recoveredMs: number | null;
  /** Sentences about every must that was missed beside the counts. */
  readonly missed: readonly string[];
  /** What else was seen and is worth a line. */
  readonly notes: readonly string[];
}

/** What the drill itself knows about its fault. */
export interface FaultReport {
  readonly faults: number;
  readonly recoveredMs?: number;
  readonly missed?: readonly string[];
  readonly notes?: readonly string[];
  /** Questions that got no usable answer on purpose, by their numbers in the register's list. */
  readonly spoiled?: readonly (readonly [from: number, to: number])[];
  /** The register failed at random all the time: each person who failed accounts for one question. */
  readonly failedAtRandom?: boolean;
  /** All persons as they were in the end, where the drill changed persons. */
  readonly people?: People;
}

/** Mends what is left, has the rest done, and holds everything against the rules. */
export async function findings(environment: DrillEnvironment, report: FaultReport): Promise<Findings> {
  const { database, register } = environment;
  const people = report.people ?? environment.people;
  await repairRegister(register, people);
  await runUntilNothingWaits(database, people);

  const oracle = new Oracle(people, await dayInKyiv(environment));
  const questions = {
    asked: await usefulQuestions(environment, report, people),
    ...(report.failedAtRandom === true ? { ofPersons: oracle.questions() } : {}),
  };
  const verdict = await comparePeople(database, { people, oracle, startedAt: environment.startedAt });
  const claimed = await database.number(
    `SELECT (SELECT count(*) FROM mpi.verification_claims)
          + (SELECT count(*) FROM mpi.verification_locks WHERE claim_id IS NOT NULL)
          + (SELECT count(*) FROM prm.party_verification_locks WHERE claim_id IS NOT NULL)`,
  );
  const broken = await environment.invariantsSeenBroken();
  return {
    persons: people.persons.length + (people.partiesToo ? people.parties.length : 0),
    faults: report.faults,
    lost: verdict.lost,
    wrong: verdict.wrong,
    stuck: verdict.stuck + claimed,
    twice: await effectsTwice(database),
    again: await claimedAgain(database),
    ...(await countCalls(database, questions, environment.crashes)),
    recoveredMs: report.recoveredMs ?? null,
    missed: [
      ...(report.missed ?? []),
      ...(await wrongQuestions(environment, oracle)),
      ...broken,
      ...crashedChildren(environment),
      ...verdict.examples,
    ],
    notes: [...(report.notes ?? []), ...(await reclaimNotes(environment))],
  };
}

/** The register is asked about the right document of those who are due, and about no other. */
async function wrongQuestions(environment: DrillEnvironment, oracle: Oracle): Promise<string[]> {
  const { database, register } = environment;
  const edits = await database.look<{ new_number: string }>(
    `SELECT new_number FROM drill.edits WHERE new_number IS NOT NULL`,
  );
  const before = new Oracle(environment.people, await dayInKyiv(environment));
  const right = new Set([
    ...oracle.questions().values(),
    ...edits.map(({ new_number }) => new_number),
    ...(edits.length > 0 ? before.questions().values() : []),
  ]);
  const wrong = new Set((await register.asked()).map(({ key }) => key).filter((key) => !right.has(key)));
  return wrong.size > 0
    ? [`the register was asked about ${wrong.size} documents that are none of its business`]
    : [];
}

/** A machine that stalls for a lease makes living workers look dead; worth a line, and no fault. */
async function reclaimNotes({ database, crashes, lagMs }: DrillEnvironment): Promise<string[]> {
  const persons = await releasedFromTheLiving(database, crashes);
  return persons > 0
    ? [`${persons} persons were released from living workers; the machine stalled for ${lagMs} ms at worst`]
    : [];
}

/** The questions whose answers should have taken effect, if nothing had happened. */
async function usefulQuestions(
  { register }: DrillEnvironment,
  { spoiled = [] }: FaultReport,
  { truths }: People,
): ReturnType<DrillEnvironment['register']['asked']> {
  const asked = await register.asked();
  const isSpoiled = (sequence: number): boolean =>
    spoiled.some(([from, to]) => sequence >= from && sequence <= to);
  return asked.filter(
    ({ key, sequence }) => !truths.hopeless.has(key) && !truths.failing.has(key) && !isSpoiled(sequence),
  );
}

async function dayInKyiv({ database }: DrillEnvironment): Promise<string> {
  const [row] = await database.look<{ day: string }>(
    `SELECT (now() AT TIME ZONE 'Europe/Kyiv')::date::text AS day`,
  );
  return row?.day ?? '';
}

function crashedChildren({ crashedChildren }: DrillEnvironment): string[] {
  return crashedChildren.map(
    ({ name, lastLines }) => `${name} fell over: ${lastLines.at(-1) ?? 'without a word'}`,
  );
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
 * Sets the register's own list of questions against the answers that took effect. Whatever is left over was
 * asked in vain; it may be as much as was in flight, document by document, and no more. Questions to which the
 * register gave no usable answer are not looked at here: either they are not handed over, or each of the persons who
 * failed of them accounts for one.
 */
export async function countCalls(
  database: DrillDatabase,
  { asked, ofPersons }: Questions,
  crashes: readonly Crash[],
): Promise<Calls> {
  const applied = await database.look<{ message_id: string }>(
    `SELECT message_id FROM mpi.audit_log WHERE "row" IN ('S6', 'S7')`,
  );
  const inEffect = new Set(applied.map(({ message_id }) => message_id));
  const inVain = new Map<string, number>();
  for (const { key, messageId } of asked) {
    if (!inEffect.has(messageId)) inVain.set(key, (inVain.get(key) ?? 0) + 1);
  }
  const failed = ofPersons === undefined ? new Map<string, number>() : await failedOf(database, ofPersons);
  const interrupted = await interruptedHolds(database, crashes);
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
 * stalls for longer than a lease this looks like a death, and their calls were in flight.
 */
export function releasedFromTheLiving(database: DrillDatabase, crashes: readonly Crash[]): Promise<number> {
  const broken = crashes.flatMap(({ worker }) => (worker === undefined ? [] : [worker]));
  return database.number(
    `SELECT count(*) FROM drill.history JOIN drill.claims_over USING (claim_id)
      WHERE what = 'let_go' AND lapsed AND claim_id NOT IN (
        SELECT claim_id FROM drill.history WHERE what = 'claimed' AND worker = ANY ($1::varchar[]))`,
    [broken],
  );
}

/** How many questions about each number ended in a technical error. */
async function failedOf(
  database: DrillDatabase,
  ofPersons: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, number>> {
  const rows = await database.look<{ person_id: string; n: number }>(
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
  database: DrillDatabase,
  crashes: readonly Crash[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await database.look<Interrupted>(
    `
    WITH holds AS (
      SELECT * FROM (
        SELECT person_id, what, claim_id, worker, at, lead(what) OVER person AS ended, lead(at) OVER person AS ended_at,
               lead(transaction) OVER person AS ended_by
          FROM drill.history WINDOW person AS (PARTITION BY person_id ORDER BY seq)) AS recorded
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
