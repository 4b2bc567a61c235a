import { type DrillDatabase, WATCHED, type Watched } from './database';
import { setTimeout as pause } from 'node:timers/promises';

/** A promise about the tables that holds at every moment; the statement counts who breaks it. $1 is when the drill began. */
interface Invariant {
  readonly name: 'I1' | 'I2' | 'I3' | 'I4' | 'I5';
  readonly description: string;
  readonly broken: (texts: Texts) => string;
}

/** What the statements are made of, about persons or about parties. */
interface Texts extends Watched {
  /** All changes of the stream. */
  readonly audited: string;
  /** The state of everybody. */
  readonly standing: string;
  /** The state of everybody at the start. */
  readonly began: string;
}

/** The allowed moves of a register stream, from the published table: row, statuses before, status and reason after. */
const MOVES = `(VALUES
  ('S1', NULL, 'VERIFICATION_NEEDED/ONLINE_TRIGGERED'),
  ('S2', NULL, 'VERIFICATION_NOT_NEEDED/AUTO_DATA_ABSENT'),
  ('S4', 'VERIFICATION_NEEDED,VERIFIED', 'VERIFICATION_NOT_NEEDED/AUTO_DATA_ABSENT'),
  ('S5', 'VERIFICATION_NEEDED,VERIFIED', 'NOT_VERIFIED/AUTO_INCORRECT_DATA'),
  ('S6', 'VERIFICATION_NEEDED,VERIFIED', 'VERIFIED/AUTO_VALID'),
  ('S7', 'VERIFICATION_NEEDED,VERIFIED', 'NOT_VERIFIED/AUTO_NOT_VALID'),
  ('S8', 'VERIFICATION_NEEDED,VERIFICATION_NOT_NEEDED,VERIFIED,NOT_VERIFIED', 'NOT_VERIFIED/AUTO_NOT_VALID'),
  ('S10', NULL, 'VERIFICATION_NEEDED/ONLINE_TRIGGERED')) AS moves (named, before, after)`;

/** The changes of the stream. Signed data begin the other streams again as well; the drills watch one. */
const auditedOf = ({ resource }: Watched): string => `
  SELECT resource_id AS person_id, "row" AS named, claim_id, message_id,
         changeset->'dms_passport_verification_status'->>'old_value' AS old_status,
         changeset->'dms_passport_verification_reason'->>'old_value' AS old_reason,
         changeset->'dms_passport_verification_status'->>'new_value' AS new_status,
         changeset->'dms_passport_verification_reason'->>'new_value' AS new_reason
    FROM mpi.audit_log WHERE resource = '${resource}' AND changeset ? 'dms_passport_verification_status'`;

/** The current state of everybody; a locked stream counts with its status before the lock. */
const standingOf = ({ verifications, locks, id }: Watched): string => `
  SELECT v.${id} AS person_id, held.claim_id, held.attempts, v.dms_passport_verification_status AS shown,
         v.dms_passport_synced_at AS synced_at,
         CASE WHEN held.claim_id IS NULL THEN v.dms_passport_verification_status ELSE held.status_before END AS status,
         CASE WHEN held.claim_id IS NULL THEN v.dms_passport_verification_reason ELSE held.reason_before END AS reason
    FROM ${verifications} AS v
    LEFT JOIN ${locks} AS held ON held.${id} = v.${id} AND held.stream = 'dms_passport'`;

const INVARIANTS: readonly Invariant[] = [
  {
    name: 'I1',
    description: 'every status change is an allowed row of the tables',
    broken: ({ audited }) => `
      SELECT count(*) FROM (${audited}) AS one LEFT JOIN ${MOVES} USING (named)
       WHERE moves.named IS NULL OR one.new_status || '/' || one.new_reason <> moves.after
          OR NOT one.old_status = ANY (string_to_array(moves.before, ','))`,
  },
  {
    name: 'I1',
    description: 'the changes of a person lead from the first state to the current one',
    // Each change leaves one state and enters another: what remains are the beginning and the present state.
    broken: ({ audited, standing, began }) => `
      SELECT count(DISTINCT person_id) FROM (
        SELECT person_id, status, reason FROM (
          SELECT person_id, old_status AS status, old_reason AS reason, 1 AS n FROM (${audited}) AS one
          UNION ALL SELECT person_id, new_status, new_reason, -1 FROM (${audited}) AS one
          UNION ALL SELECT person_id, status, reason, -1 FROM ${began} AS began
          UNION ALL SELECT standing.person_id, standing.status, standing.reason, 1
                      FROM (${standing}) AS standing JOIN ${began} AS began USING (person_id)) AS steps
         -- Who was signed up meanwhile began with nothing.
         WHERE person_id IN (SELECT person_id FROM ${began} AS began)
         GROUP BY person_id, status, reason HAVING sum(n) <> 0) AS gaps`,
  },
  {
    name: 'I2',
    description: 'one answer is applied at most once, and only under a claim',
    broken: ({ audited }) => `
      SELECT (SELECT count(*) FROM (SELECT FROM (${audited}) AS one WHERE named IN ('S4', 'S5', 'S6', 'S7')
                GROUP BY person_id, claim_id HAVING count(*) > 1 OR claim_id IS NULL) AS twice)
           + (SELECT count(*) FROM (SELECT FROM (${audited}) AS one WHERE named IN ('S6', 'S7')
                GROUP BY message_id HAVING count(*) > 1 OR message_id IS NULL) AS twice)`,
  },
  {
    name: 'I2',
    description: 'only the answer of the claim that holds the person is applied',
    broken: ({ audited }) => `
      SELECT count(*) FROM (${audited}) AS one
       WHERE named IN ('S4', 'S5', 'S6', 'S7') AND NOT EXISTS (
         SELECT FROM drill.history AS recorded WHERE recorded.person_id = one.person_id
            AND recorded.claim_id = one.claim_id AND recorded.what = 'finished')`,
  },
  {
    name: 'I2',
    description: 'nobody is taken from under a living claim',
    broken: ({ began }) =>
      `SELECT count(*) FROM drill.history JOIN ${began} AS began USING (person_id) WHERE what = 'stolen'`,
  },
  {
    name: 'I3',
    description: 'everybody accepted is in PostgreSQL',
    broken: ({ began, verifications, id }) => `
      SELECT count(*) FROM ${began} AS began LEFT JOIN ${verifications} AS v ON v.${id} = began.person_id
       WHERE v.${id} IS NULL`,
  },
  {
    name: 'I4',
    description: 'a stream is in review exactly when its lock row has a claim',
    broken: ({ standing, began }) => `
      SELECT count(*) FROM (${standing}) AS standing JOIN ${began} AS began USING (person_id)
       WHERE (shown = 'IN_REVIEW') <> (claim_id IS NOT NULL) AND NOT (began.foreign_review AND claim_id IS NULL)`,
  },
  {
    name: 'I5',
    description: 'accepted = finished + held + waiting + cannot be checked',
    broken: ({ audited, standing, began }) => `
      SELECT count(*) FILTER (WHERE began.accepted AND NOT (finished OR held OR waiting))
        FROM ${began} AS began JOIN (
          SELECT person_id,
                 claim_id IS NOT NULL AND shown = 'IN_REVIEW' AS held,
                 claim_id IS NULL AND shown IN ('VERIFICATION_NEEDED', 'VERIFIED')
                   AND coalesce(synced_at < $1::timestamptz, true) AS waiting,
                 claim_id IS NULL AND shown <> 'IN_REVIEW' AND EXISTS (
                   SELECT FROM (${audited}) AS one WHERE one.person_id = standing.person_id
                      AND one.named IN ('S2', 'S4', 'S5', 'S6', 'S7', 'S8'))
                   AS finished
            FROM (${standing}) AS standing) AS states USING (person_id)`,
  },
];

const textsOf = (watched: Watched): Texts => ({
  ...watched,
  audited: auditedOf(watched),
  standing: standingOf(watched),
  began: `(SELECT * FROM drill.began WHERE subject = '${watched.subject}')`,
});

/** Each of them about persons and about parties. */
const STATEMENTS = WATCHED.map(textsOf).flatMap((texts) =>
  INVARIANTS.map(({ name, description, broken }) => ({
    description: `${name}: ${description} (${texts.subject})`,
    sql: broken(texts),
  })),
);

/**
 * The invariants that do not hold just now, as sentences, and how many persons break each; all are looked at in one
 * statement, so in one moment.
 */
export async function brokenInvariants(
  database: Pick<DrillDatabase, 'look'>,
  startedAt: string,
): Promise<Map<string, number>> {
  const counts = STATEMENTS.map(({ sql }, index) => `(${sql}) AS "${index}"`).join(',\n');
  const [row] = await database.look<Record<string, string>>(`SELECT ${counts}`, [startedAt]);
  const all = STATEMENTS.map(
    ({ description }, index) => [description, Number(row?.[String(index)] ?? 0)] as const,
  );
  return new Map(all.filter(([, count]) => count > 0));
}

/** Effects that happened a second time: an answer or a decision under one claim, an event without its own change. */
export function effectsTwice(database: Pick<DrillDatabase, 'number'>): Promise<number> {
  return database.number(`
    SELECT (SELECT coalesce(sum(n - 1), 0) FROM (
              SELECT count(*) AS n FROM mpi.audit_log WHERE "row" IN ('S4', 'S5', 'S6', 'S7')
               GROUP BY resource_id, claim_id) AS under_a_claim)
         + (SELECT coalesce(sum(n - 1), 0) FROM (
              SELECT count(*) AS n FROM mpi.audit_log WHERE "row" IN ('S6', 'S7') GROUP BY message_id) AS of_an_answer)
         + (SELECT coalesce(sum(n - 1), 0) FROM (
              SELECT count(*) AS n FROM mpi.audit_log WHERE "row" = 'S8'
               GROUP BY resource, resource_id, message_id) AS reached_by_an_answer)
         + (SELECT count(*) FROM (
              SELECT entity_id FROM (
                SELECT entity_id, 1 AS n FROM mpi.status_change_events
                 WHERE properties ? 'dms_passport_verification_status'
                UNION ALL
                SELECT resource_id, -1 FROM mpi.audit_log
                 WHERE changeset->'dms_passport_verification_status'->>'old_value'
                       <> changeset->'dms_passport_verification_status'->>'new_value') AS recorded
               GROUP BY entity_id HAVING sum(n) <> 0) AS untrue)`);
}

/** Often enough to catch what lasts, seldom enough to leave the machine to the drill. */
const LOOK_EVERY_MS = 700;

/** Looks at the invariants all the time while a drill goes on. */
export class WatchInvariants {
  private readonly seen = new Map<string, number>();
  private readonly over = new AbortController();
  private watching: Promise<void> | undefined;

  constructor(
    private readonly database: DrillDatabase,
    private readonly startedAt: string,
  ) {}

  start(): void {
    this.watching ??= this.watch();
  }

  /** Looks a last time; gives every invariant that did not hold at some moment. */
  async stop(): Promise<readonly string[]> {
    this.over.abort();
    await this.watching;
    this.watching = undefined;
    return [...this.seen].map(([sentence, count]) => `${sentence}; broken by up to ${count} at once`);
  }

  private async watch(): Promise<void> {
    while (!this.over.signal.aborted) {
      await this.look();
      await pause(LOOK_EVERY_MS, undefined, { signal: this.over.signal }).catch(() => undefined);
    }
    await this.look();
  }

  private async look(): Promise<void> {
    for (const [sentence, count] of await brokenInvariants(this.database, this.startedAt)) {
      this.seen.set(sentence, Math.max(count, this.seen.get(sentence) ?? 0));
    }
  }
}
