import type { Statement } from '../database/transactions';
import { SELECTION_BRANCHES, type SelectionBranch } from '../domain/verification/selection.rules';
import type { RegisterStreamName } from '../domain/verification/stream';
import type { Checked } from './subject';

/** Branches of people who are not waiting for a retry. The last branch, the retries, is read by `retryWindow`. */
export const READY_BRANCHES: readonly SelectionBranch[] = SELECTION_BRANCHES.filter(
  ({ retry }) => retry === 'not_waiting',
);

/**
 * Where a worker stopped reading a branch. One long transaction anywhere keeps the index entries of everybody claimed
 * since then. Starting behind them is free; reading across them gets slower with every claim.
 */
export interface Mark {
  readonly syncedAt: string;
  readonly id: string;
}

export const START: Mark = { syncedAt: '-infinity', id: '00000000-0000-0000-0000-000000000000' };

/** Parameters of a claim before the marks: claim, run, stream, worker, lease in seconds, threshold, system user. */
const MARKS_FROM = 8;

/** The marks as parameters, in the order of their numbers in `branchSql`. */
export function markParameters(marks: readonly Mark[]): string[] {
  return READY_BRANCHES.flatMap(({ synced }, index) => {
    const mark = marks[index] ?? START;
    return synced === 'never' ? [mark.id] : [mark.syncedAt, mark.id];
  });
}

function markParameter(index: number): number {
  const before = READY_BRANCHES.slice(0, index);
  return MARKS_FROM + before.reduce((sum, { synced }) => sum + (synced === 'never' ? 1 : 2), 0);
}

const quoted = (values: readonly string[]): string => values.map((value) => `'${value}'`).join(', ');

/** Condition of the branch on status and reason. One status is compared with `=`, as in the partial index. */
function pairSql(stream: RegisterStreamName, { statuses, reason }: SelectionBranch): string {
  const status = `${stream}_verification_status`;
  const condition =
    statuses.length === 1 ? `${status} = ${quoted(statuses)}` : `${status} IN (${quoted(statuses)})`;
  if (reason === 'any') return condition;
  const [operator, value] = 'only' in reason ? ['=', reason.only] : ['<>', reason.allBut];
  return `${condition} AND ${stream}_verification_reason ${operator} '${value}'`;
}

function syncedSql({ stream, subject }: Checked, { synced }: SelectionBranch, parameter: number): string {
  const column = `${stream}_synced_at`;
  if (synced === 'never') return `${column} IS NULL AND ${subject.id} > $${parameter}::uuid`;
  return `${column} IS NOT NULL AND ${column} <= $6::timestamptz
      AND (${column}, ${subject.id}) > ($${parameter}::timestamptz, $${parameter + 1}::uuid)`;
}

/** Active, and not waiting for a retry. */
const readySql = ({ stream, subject }: Checked): string => `${stream}_retry_at IS NULL AND ${subject.active}`;

/** A branch has the order of its index. */
function orderSql({ stream, subject }: Checked, index: number): string {
  const isNever = READY_BRANCHES[index]?.synced === 'never';
  return isNever ? subject.id : `${stream}_synced_at, ${subject.id}`;
}

const branchName = (index: number): string => `branch_${index}`;

/**
 * One branch: locks at most `size` persons in the order of its index, and none if the branches before it have filled the
 * batch. The limit is a constant: with a parameter the planner may prefer to sort the table.
 */
function branchSql(checked: Checked, size: number, index: number): string {
  const { stream, subject } = checked;
  const branch = READY_BRANCHES[index];
  if (branch === undefined) throw new Error(`The selection has no branch ${index}.`);
  const full = Array.from({ length: index }, (_, before) => `(SELECT count(*) FROM ${branchName(before)})`);
  const limit = full.length === 0 ? '' : `AND ${full.join(' + ')} < ${size}`;
  return `${branchName(index)} AS MATERIALIZED (
    SELECT ${subject.id}, ${stream}_verification_status AS status, ${stream}_verification_reason AS reason,
           ${stream}_synced_at AS synced_at, ${index} AS branch
      FROM ${subject.verifications}
     WHERE ${pairSql(stream, branch)} AND ${readySql(checked)}
       AND ${syncedSql(checked, branch, markParameter(index))}
       AND EXISTS (SELECT FROM running) ${limit}
     ORDER BY ${orderSql(checked, index)} LIMIT ${size} FOR UPDATE SKIP LOCKED)`;
}

/** The branches as common table expressions, and the table `picked` as their union. */
function selectionSql(checked: Checked, size: number): string {
  const branches = READY_BRANCHES.map((_, index) => branchSql(checked, size, index));
  const union = READY_BRANCHES.map((_, index) => `SELECT * FROM ${branchName(index)}`).join(
    '\n    UNION ALL ',
  );
  return `${branches.join(',\n  ')},
  picked AS MATERIALIZED (
    SELECT * FROM (${union}) AS taken
     ORDER BY branch, synced_at, ${checked.subject.id} LIMIT ${size})`;
}

/** The persons of each branch, without order or limit. $1 is the threshold. */
function branchesSql(checked: Checked): string[] {
  const { stream, subject } = checked;
  return READY_BRANCHES.map((branch) => {
    const synced = `${stream}_synced_at`;
    const due =
      branch.synced === 'never'
        ? `${synced} IS NULL`
        : `${synced} IS NOT NULL AND ${synced} <= $1::timestamptz`;
    return `FROM ${subject.verifications} WHERE ${pairSql(stream, branch)} AND ${readySql(checked)} AND ${due}`;
  });
}

/**
 * A claim in one statement: selects and locks people, puts them in review (S3), writes claim and lock rows, and counts.
 * $1 claim, $2 run, $3 stream, $4 worker, $5 lease in seconds, $6 threshold, $7 actor, then the marks or the ids.
 * It locks the rows of the run and of its schedule for reading, so that nobody is claimed for a run that is just ending,
 * or once the pause of the job is committed: whatever the statement saw before, it waits for that row and reads it anew.
 */
function claimSql({ stream, subject }: Checked, picked: string): string {
  const { id } = subject;
  return `
  WITH run AS MATERIALIZED (
    SELECT id, job FROM mpi.job_runs WHERE id = $2::uuid AND status = 'RUNNING' FOR SHARE),
  schedule AS MATERIALIZED (
    SELECT paused_at FROM mpi.job_schedules WHERE job = (SELECT job FROM run) FOR SHARE),
  running AS MATERIALIZED (
    SELECT id FROM run WHERE NOT EXISTS (SELECT FROM schedule WHERE paused_at IS NOT NULL)),
  ${picked},
  claimed AS (
    INSERT INTO mpi.verification_claims (id, run_id, stream, subject, worker, taken_at, lease_until)
    SELECT $1::uuid, $2::uuid, $3::varchar, '${subject.name}', $4::varchar, now(), now() + make_interval(secs => $5)
     WHERE EXISTS (SELECT FROM picked)),
  reviewed AS (
    UPDATE ${subject.verifications} AS v
       SET ${stream}_verification_status = 'IN_REVIEW', ${stream}_verification_reason = 'AUTO',
           ${stream}_retry_at = NULL, updated_at = now(), updated_by = $7::uuid
      FROM picked WHERE v.${id} = picked.${id}),
  locked AS (
    INSERT INTO ${subject.locks} AS l (${id}, stream, claim_id, status_before, reason_before)
    SELECT ${id}, $3::varchar, $1::uuid, status, reason FROM picked ORDER BY ${id}
    ON CONFLICT (${id}, stream) DO UPDATE
      SET claim_id = excluded.claim_id, status_before = excluded.status_before,
          reason_before = excluded.reason_before, updated_at = now()
    RETURNING ${id}, attempts),
  counted AS (
    INSERT INTO mpi.job_run_counts AS c (run_id, worker, counter, n)
    SELECT $2::uuid, $4::varchar, counter, n
      FROM (VALUES ('batches', 1::bigint), ('taken', (SELECT count(*) FROM picked))) AS given (counter, n)
     WHERE EXISTS (SELECT FROM picked)
    ON CONFLICT (run_id, worker, counter) DO UPDATE SET n = c.n + excluded.n, updated_at = now())
  SELECT picked.${id} AS id, picked.synced_at::text AS synced_at, picked.branch, locked.attempts,
         extract(epoch FROM clock_timestamp()) * 1000 AS now_ms
    FROM picked JOIN locked USING (${id})
   ORDER BY picked.branch, picked.synced_at, picked.${id}`;
}

/** Claims people who are not waiting for a retry. */
export function claimReady(checked: Checked, size: number): Statement {
  return {
    name: `claim_ready_${checked.stream}_${size}${checked.subject.suffix}`,
    text: claimSql(checked, selectionSql(checked, size)),
  };
}

/**
 * Claims people of a window of retries: $8 are their ids, $9 their retry times as the window read them. $6 is the
 * threshold. The window is older than the claim: a person whom another worker tried since then has a new retry time and
 * is skipped. The retry time is a column of the locked row, so the statement compares its current value.
 */
export function claimRetries(checked: Checked): Statement {
  const { stream, subject } = checked;
  const { id } = subject;
  const picked = `picked AS MATERIALIZED (
    SELECT v.${id}, v.${stream}_verification_status AS status, v.${stream}_verification_reason AS reason,
           v.${stream}_synced_at AS synced_at, 0 AS branch
      FROM ${subject.verifications} AS v
     WHERE v.${id} = ANY ($8::uuid[]) AND EXISTS (SELECT FROM running)
       AND v.${stream}_verification_status IN ('VERIFICATION_NEEDED', 'VERIFIED')
       AND v.${stream}_retry_at = ($9::timestamptz[])[array_position($8::uuid[], v.${id})]
       AND v.${subject.active}
       AND (v.${stream}_synced_at IS NULL OR v.${stream}_synced_at <= $6::timestamptz)
     ORDER BY v.${stream}_synced_at NULLS FIRST, v.${id} FOR UPDATE SKIP LOCKED)`;
  return {
    name: `claim_retries_${stream}${subject.suffix}`,
    text: claimSql(checked, picked),
  };
}

/**
 * The next people after a mark whose retry time has come, earliest first.
 * $1 and $2 the mark, $3 whether to ignore the retry time, $4 the run, $5 the stream.
 * `tried` marks those who already failed in this run: the claim skips them.
 */
export function retryWindow({ stream, subject }: Checked, size: number): Statement {
  const { id } = subject;
  return {
    name: `retry_window_${stream}_${size}${subject.suffix}`,
    text: `
    SELECT v.${id} AS id, v.${stream}_retry_at::text AS retry_at, v.${stream}_synced_at::text AS synced_at,
           coalesce(l.tried_in_run = $4::uuid, false) AS tried
      FROM ${subject.verifications} AS v
      LEFT JOIN ${subject.locks} AS l ON l.${id} = v.${id} AND l.stream = $5::varchar
     WHERE v.${stream}_retry_at IS NOT NULL AND v.${subject.active}
       AND v.${stream}_verification_status IN ('VERIFICATION_NEEDED', 'VERIFIED')
       AND (v.${stream}_retry_at, v.${id}) > ($1::timestamptz, $2::uuid)
       AND ($3::boolean OR v.${stream}_retry_at <= now())
     ORDER BY v.${stream}_retry_at, v.${id} LIMIT ${size}`,
  };
}

/**
 * Whether anybody is due, retries aside. $1 is the threshold. It reads at most one entry of each index because of the
 * order: for EXISTS, without an order, the planner may scan the whole table when nobody is due.
 */
export function anybodyDue(checked: Checked): Statement {
  const branches = branchesSql(checked).map(
    (branch, index) => `(SELECT true ${branch} ORDER BY ${orderSql(checked, index)} LIMIT 1)`,
  );
  return {
    name: `anybody_due_${checked.stream}${checked.subject.suffix}`,
    text: `SELECT coalesce(${branches.join(',\n  ')}, false) AS due`,
  };
}

/** How many are due, retries aside. $1 is the threshold. */
export function countDue(checked: Checked): Statement {
  const counts = branchesSql(checked).map((branch) => `(SELECT count(*) ${branch})`);
  return {
    name: `count_due_${checked.stream}${checked.subject.suffix}`,
    text: `SELECT (${counts.join('\n + ')})::integer AS due`,
  };
}
