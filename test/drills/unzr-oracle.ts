import type { DrillDatabase } from './database';
import type { SentRequest } from './unzr-client';
import type { Asked } from './register';

/**
 * What becomes of every question about a UNZR, in the order in which it happened: `asked` anew, `asked_meanwhile`,
 * `claimed`, `reclaimed` after a lease that had passed (`stolen` when it had not), `put_back` for another try, and its
 * end. A trigger writes it down, so no code of the program is believed.
 */
const UNZR_RECORDER = `
  CREATE TABLE drill.unzr_history (
    seq bigserial PRIMARY KEY, unzr varchar NOT NULL, what varchar NOT NULL, at timestamptz DEFAULT clock_timestamp(),
    worker varchar DEFAULT current_setting('application_name'));

  CREATE FUNCTION drill.note_unzr() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
  DECLARE
    what varchar;
    had boolean := TG_OP = 'UPDATE' AND OLD.claim_id IS NOT NULL;
  BEGIN
    what := CASE
      WHEN TG_OP = 'INSERT' THEN 'asked'
      WHEN OLD.job_status <> 'pending' AND NEW.job_status = 'pending' THEN 'asked'
      WHEN OLD.job_status <> 'pending' THEN 'ended_again'
      WHEN NEW.job_status <> 'pending' AND NOT had THEN 'ended_unclaimed'
      WHEN NEW.job_status <> 'pending' THEN NEW.job_status
      WHEN NEW.claim_id IS NOT DISTINCT FROM OLD.claim_id AND NEW.updated_at > OLD.updated_at THEN 'asked_meanwhile'
      WHEN NEW.claim_id IS NOT DISTINCT FROM OLD.claim_id THEN NULL
      WHEN NEW.claim_id IS NULL THEN 'put_back'
      WHEN NOT had THEN 'claimed'
      WHEN OLD.next_try_at <= now() THEN 'reclaimed'
      ELSE 'stolen'
    END;
    IF what IS NOT NULL THEN INSERT INTO drill.unzr_history (unzr, what) VALUES (NEW.unzr, what); END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER drill_unzr AFTER INSERT OR UPDATE ON mimir.unzr_info
    FOR EACH ROW EXECUTE FUNCTION drill.note_unzr();`;

/** Installs the recorder in the database. */
export async function installUnzrRecorder(database: DrillDatabase): Promise<void> {
  await database.write(UNZR_RECORDER);
}

/** How often each of these events happened to each UNZR. */
export async function countUnzrEvents(
  database: DrillDatabase,
  what: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await database.look<{ unzr: string; n: number }>(
    `SELECT unzr, count(*)::int AS n FROM drill.unzr_history WHERE what = ANY ($1::varchar[]) GROUP BY unzr`,
    [what],
  );
  return new Map(rows.map(({ unzr, n }) => [unzr, n]));
}

/** A number that grows whenever anything happens to any question. */
export function unzrProgress(database: DrillDatabase): Promise<number> {
  return database.number(`SELECT coalesce(max(seq), 0) FROM drill.unzr_history`);
}

/** What the register holds: somebody, nobody, or it never answers. */
export type UnzrTruth = 'FOUND' | 'NOT_FOUND' | 'HTTP_503';

/** What one drill about UNZRs knows. */
export interface UnzrCase {
  readonly truths: ReadonlyMap<string, UnzrTruth>;
  readonly sent: readonly SentRequest[];
  readonly startedAt: string;
}

export interface UnzrVerdict {
  readonly lost: number;
  readonly wrong: number;
  readonly stuck: number;
  readonly examples: readonly string[];
}

interface Row {
  readonly unzr: string;
  readonly job_status: string;
  readonly born_on: string | null;
  readonly has_info: boolean;
  readonly is_synced: boolean;
  readonly inserted_by: string;
  readonly updated_by: string;
  readonly is_held: boolean;
}

/** So many times may somebody die over one question before it has failed. */
const MOST_TRIES = 3;

const EXAMPLES = 5;

/** Holds every UNZR that anybody asked about against the rules. */
export async function judgeUnzrs(database: DrillDatabase, one: UnzrCase): Promise<UnzrVerdict> {
  const rows = await database.look<Row & Record<string, unknown>>(
    `SELECT unzr, job_status, info->>'date_birth' AS born_on, info IS NOT NULL AS has_info, inserted_by, updated_by,
            coalesce(synced_at BETWEEN $1::timestamptz AND clock_timestamp(), false) AS is_synced,
            claim_id IS NOT NULL OR next_try_at IS NOT NULL AS is_held
       FROM mimir.unzr_info`,
    [one.startedAt],
  );
  const byUnzr = new Map(rows.map((row) => [row.unzr, row]));
  const deaths = await countUnzrEvents(database, ['reclaimed']);
  const tally = { lost: 0, wrong: 0, stuck: 0, examples: [] as string[] };
  for (const [unzr, truth] of one.truths) {
    const sent = one.sent.filter((request) => request.unzr === unzr);
    const fault = faultOf(byUnzr.get(unzr), { truth, sent, deaths: deaths.get(unzr) ?? 0 });
    if (fault === undefined) continue;
    tally[fault.kind] += 1;
    if (tally.examples.length < EXAMPLES) tally.examples.push(`${fault.kind}: ${fault.description}`);
  }
  return tally;
}

interface Known {
  readonly truth: UnzrTruth;
  readonly sent: readonly SentRequest[];
  readonly deaths: number;
}

interface Fault {
  readonly kind: 'lost' | 'wrong' | 'stuck';
  readonly description: string;
}

function faultOf(row: Row | undefined, known: Known): Fault | undefined {
  const { sent } = known;
  if (row === undefined) {
    const isLost = sent.some(({ isAcknowledged }) => isAcknowledged);
    return isLost
      ? { kind: 'lost', description: 'a question that was acknowledged is not there' }
      : undefined;
  }
  if (row.job_status === 'pending') return { kind: 'stuck', description: 'a question is pending for good' };
  if (row.is_held) return { kind: 'stuck', description: 'a question that has ended is still held' };
  const description = wrongEnd(row, known) ?? wrongUsers(row, sent);
  return description === undefined ? undefined : { kind: 'wrong', description };
}

function wrongEnd(row: Row, { truth, deaths }: Known): string | undefined {
  const mayFail = truth === 'HTTP_503' || deaths >= MOST_TRIES;
  if (row.job_status === 'failed') return mayFail ? undefined : 'a question failed that has an answer';
  if (truth === 'HTTP_503') return 'an answer resulted from an error';
  if (!row.is_synced) return 'an answer has no time, or not one of this drill';
  if (row.has_info !== (truth === 'FOUND')) return 'what is kept is not what the register holds';
  const bornOn = row.unzr.replace(/^(....)(..)(..).*$/, '$1-$2-$3');
  return row.has_info && row.born_on !== bornOn ? 'the answer about somebody else is kept' : undefined;
}

/** Who asked first, and who asked last; a request that nobody acknowledged may have been one or the other. */
function wrongUsers(row: Row, sent: readonly SentRequest[]): string | undefined {
  const uptoAcknowledged = (requests: readonly SentRequest[]): Set<string> => {
    const end = requests.findIndex(({ isAcknowledged }) => isAcknowledged);
    return new Set(requests.slice(0, end < 0 ? undefined : end + 1).map(({ userId }) => userId));
  };
  if (!uptoAcknowledged(sent).has(row.inserted_by)) return 'somebody else is written down as who asked first';
  if (!uptoAcknowledged([...sent].reverse()).has(row.updated_by))
    return 'the user is not the one who asked last';
  return undefined;
}

/** Ends that happened twice: without a question before, without a claim, or with a record too many. */
export async function unzrEffectsTwice(database: DrillDatabase): Promise<number> {
  return database.number(
    `WITH ends AS (
       SELECT resource_id, message_id FROM mpi.audit_log
        WHERE resource = 'unzr_info' AND changeset->>'job_status' IN ('processed', 'failed'))
     SELECT (SELECT count(*) FROM drill.unzr_history WHERE what IN ('ended_again', 'ended_unclaimed'))
          + (SELECT abs(count(*) - (SELECT count(*) FROM drill.unzr_history WHERE what IN ('processed', 'failed')))
               FROM ends)
          + (SELECT count(message_id) - count(DISTINCT message_id) FROM ends)`,
  );
}

/** Questions that were taken from under a living claim. */
export function unzrsStolen(database: DrillDatabase): Promise<number> {
  return database.number(`SELECT count(*) FROM drill.unzr_history WHERE what = 'stolen'`);
}

/**
 * Calls whose answers never took effect, beside those that failed, against the claims that were given up because
 * nobody kept them alive: as many calls as these were in flight.
 */
export async function countUnzrCalls(
  database: DrillDatabase,
  asked: readonly Asked[],
): Promise<{ repeated: number; inFlight: number }> {
  const ends = await database.look<{ message_id: string }>(
    `SELECT message_id FROM mpi.audit_log WHERE resource = 'unzr_info' AND message_id IS NOT NULL`,
  );
  const inEffect = new Set(ends.map(({ message_id }) => message_id));
  const failed = await countUnzrEvents(database, ['put_back']);
  const cut = await countUnzrEvents(database, ['reclaimed']);
  const inVain = new Map<string, number>();
  for (const { key, messageId } of asked) {
    if (!inEffect.has(messageId)) inVain.set(key, (inVain.get(key) ?? 0) + 1);
  }
  let [repeated, inFlight] = [0, 0];
  for (const [unzr, all] of inVain) {
    const calls = Math.max(0, all - (failed.get(unzr) ?? 0));
    repeated += calls;
    inFlight += Math.min(calls, cut.get(unzr) ?? 0);
  }
  return { repeated, inFlight };
}
