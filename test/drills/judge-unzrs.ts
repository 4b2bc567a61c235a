import type { SentRequest } from './ask-unzrs';
import type { Books } from './books';
import type { Asked } from './register';
import { toldOfUnzrs } from './unzr-witness';

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
export async function judgeUnzrs(books: Books, one: UnzrCase): Promise<UnzrVerdict> {
  const rows = await books.look<Row & Record<string, unknown>>(
    `SELECT unzr, job_status, info->>'date_birth' AS born_on, info IS NOT NULL AS has_info, inserted_by, updated_by,
            coalesce(synced_at BETWEEN $1::timestamptz AND clock_timestamp(), false) AS is_synced,
            claim_id IS NOT NULL OR next_try_at IS NOT NULL AS is_held
       FROM mimir.unzr_info`,
    [one.startedAt],
  );
  const byUnzr = new Map(rows.map((row) => [row.unzr, row]));
  const deaths = await toldOfUnzrs(books, ['reclaimed']);
  const tally = { lost: 0, wrong: 0, stuck: 0, examples: [] as string[] };
  for (const [unzr, truth] of one.truths) {
    const sent = one.sent.filter((request) => request.unzr === unzr);
    const fault = faultOf(byUnzr.get(unzr), { truth, sent, deaths: deaths.get(unzr) ?? 0 });
    if (fault === undefined) continue;
    tally[fault.kind] += 1;
    if (tally.examples.length < EXAMPLES) tally.examples.push(`${fault.kind}: ${fault.says}`);
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
  readonly says: string;
}

function faultOf(row: Row | undefined, known: Known): Fault | undefined {
  const { sent } = known;
  if (row === undefined) {
    const isLost = sent.some(({ isAcknowledged }) => isAcknowledged);
    return isLost ? { kind: 'lost', says: 'a question that was acknowledged is not there' } : undefined;
  }
  if (row.job_status === 'pending') return { kind: 'stuck', says: 'a question is pending for good' };
  if (row.is_held) return { kind: 'stuck', says: 'a question that has ended is still held' };
  const says = wrongEnd(row, known) ?? wrongUsers(row, sent);
  return says === undefined ? undefined : { kind: 'wrong', says };
}

function wrongEnd(row: Row, { truth, deaths }: Known): string | undefined {
  const mayFail = truth === 'HTTP_503' || deaths >= MOST_TRIES;
  if (row.job_status === 'failed') return mayFail ? undefined : 'a question failed that has an answer';
  if (truth === 'HTTP_503') return 'an answer came out of an error';
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

/** Ends that came twice: without a question before, without a claim, or with a record too many. */
export async function unzrEffectsTwice(books: Books): Promise<number> {
  return books.number(
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
export function unzrsStolen(books: Books): Promise<number> {
  return books.number(`SELECT count(*) FROM drill.unzr_history WHERE what = 'stolen'`);
}

/**
 * Calls whose answers never came into effect, beside those that failed, against the claims that were given up because
 * nobody kept them alive: as many calls as these were in flight.
 */
export async function countUnzrCalls(
  books: Books,
  asked: readonly Asked[],
): Promise<{ repeated: number; inFlight: number }> {
  const ends = await books.look<{ message_id: string }>(
    `SELECT message_id FROM mpi.audit_log WHERE resource = 'unzr_info' AND message_id IS NOT NULL`,
  );
  const inEffect = new Set(ends.map(({ message_id }) => message_id));
  const failed = await toldOfUnzrs(books, ['put_back']);
  const cut = await toldOfUnzrs(books, ['reclaimed']);
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
