import { SELECTION_BRANCHES, type SelectionBranch } from '../domain/verification/selection.rules';
import type { RegisterStreamName } from '../domain/verification/stream';
import { type Checked, PERSONS } from './subject';
import type { Statement } from '../database/transactions';

/** Branches that read people who wait for nothing; the last line of the order, retries, is read by a window. */
export const READY_BRANCHES: readonly SelectionBranch[] = SELECTION_BRANCHES.filter(
  ({ retry }) => retry === 'not_waiting',
);

/**
 * Where a worker stopped reading a branch. One long transaction anywhere keeps the entries of everybody taken since
 * in the indexes; starting behind them costs nothing, walking over them costs more with every claim.
 */
export interface Mark {
  readonly syncedAt: string;
  readonly id: string;
}

export const START: Mark = { syncedAt: '-infinity', id: '00000000-0000-0000-0000-000000000000' };

/** Parameters of a claim before the marks: claim, run, stream, worker, lease in seconds, threshold, system user. */
const MARKS_FROM = 8;

/** The marks as parameters, in the order in which `branchSql` numbers them. */
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

/** Condition of the branch on status and reason; with one status it is an equation, which the index repeats. */
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

/** Who may be taken and waits for nothing. */
const readySql = ({ stream, subject }: Checked): string => `${stream}_retry_at IS NULL AND ${subject.active}`;

/** The order of a branch is that of its index. */
function orderSql({ stream, subject }: Checked, index: number): string {
  const isNever = READY_BRANCHES[index]?.synced === 'never';
  return isNever ? subject.id : `${stream}_synced_at, ${subject.id}`;
}

const branchName = (index: number): string => `branch_${index}`;

/**
 * One branch: at most `size` persons in the order of its index, locked, and none at all once the branches before it
 * have filled the batch. The limit is a constant: with an unknown one the planner may prefer to sort the table.
 */
function branchSql(checked: Checked, size: number, index: number): string {
  const { stream, subject } = checked;
  const branch = READY_BRANCHES[index];
  if (branch === undefined) throw new Error('There is no such branch.');
  const full = Array.from({ length: index }, (_, before) => `(SELECT count(*) FROM ${branchName(before)})`);
  const room = full.length === 0 ? '' : `AND ${full.join(' + ')} < ${size}`;
  return `${branchName(index)} AS MATERIALIZED (
    SELECT ${subject.id}, ${stream}_verification_status AS status, ${stream}_verification_reason AS reason,
           ${stream}_synced_at AS synced_at, ${index} AS branch
      FROM ${subject.verifications}
     WHERE ${pairSql(stream, branch)} AND ${readySql(checked)}
       AND ${syncedSql(checked, branch, markParameter(index))}
       AND EXISTS (SELECT FROM running) ${room}
     ORDER BY ${orderSql(checked, index)} LIMIT ${size} FOR UPDATE SKIP LOCKED)`;
}

/** The branches as common table expressions, and the table `picked` made of them. */
export function selectionSql(checked: Checked, size: number): string {
  const branches = READY_BRANCHES.map((_, index) => branchSql(checked, size, index));
  const union = READY_BRANCHES.map((_, index) => `SELECT * FROM ${branchName(index)}`).join(
    '\n    UNION ALL ',
  );
  return `${branches.join(',\n  ')},
  picked AS MATERIALIZED (
    SELECT * FROM (${union}) AS taken
     ORDER BY branch, synced_at, ${checked.subject.id} LIMIT ${size})`;
}

/** Who is in each branch, without order or limit. $1 is the threshold. */
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
 * Whether anybody at all could be taken; reads one entry of each index at most. The order is what makes it so: for
 * EXISTS, which knows no order, the planner would rather walk through the table until it meets somebody, and when nobody
 * is due that is the whole table.
 */
export function anybodyDueSql(checked: Checked): string {
  const looks = branchesSql(checked).map(
    (branch, index) => `(SELECT true ${branch} ORDER BY ${orderSql(checked, index)} LIMIT 1)`,
  );
  return `SELECT coalesce(${looks.join(',\n  ')}, false) AS due`;
}

/** How many could be taken. */
export function countDueSql(checked: Checked): string {
  return `SELECT (${branchesSql(checked)
    .map((branch) => `(SELECT count(*) ${branch})`)
    .join('\n + ')})::integer AS due`;
}

/**
 * A claim in one statement: pick and lock people, take them for review (S3), write claim and lock rows, count.
 * $1 claim, $2 run, $3 stream, $4 worker, $5 lease in seconds, $6 threshold, $7 actor, then the marks or the ids.
 * The run's row is locked for reading, so that nobody is claimed for a run that is just being ended.
 */
function claimSql({ stream, subject }: Checked, picked: string): string {
  const { id } = subject;
  return `
  WITH running AS MATERIALIZED (
    SELECT id FROM mpi.job_runs WHERE id = $2::uuid AND status = 'RUNNING' FOR SHARE),
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

/** Claims from the branches of people who wait for nothing. */
export function claimReady(stream: RegisterStreamName, size: number, subject = PERSONS): Statement {
  const checked = { stream, subject };
  return {
    name: `claim_ready_${stream}_${size}${subject.suffix}`,
    text: claimSql(checked, selectionSql(checked, size)),
  };
}

/**
 * Claims people of a window of retries: $8 are their ids, $9 their waits as the window saw them. $6 is the threshold.
 * The window is older than the claim: whoever was tried since then, under another worker, waits anew and is passed over.
 * The wait stands in the row that is locked, so it is looked at as it is and not as the statement first saw it.
 */
export function claimListed(stream: RegisterStreamName, subject = PERSONS): Statement {
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
    name: `claim_listed_${stream}${subject.suffix}`,
    text: claimSql({ stream, subject }, picked),
  };
}

/**
 * The next people whose wait is over, oldest wait first, behind a mark.
 * $1 and $2 the mark, $3 whether the wait is ignored, $4 the run, $5 the stream.
 * Whoever failed in this very run is passed over; he stands before the mark and is not met again.
 */
export function retryWindow(stream: RegisterStreamName, size: number, subject = PERSONS): Statement {
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
 * What the streams may know of parties, in the columns of `FACTS_OF`. Their documents have no dates: of several
 * passports the one with the smallest id is asked about, since nothing else tells them apart.
 */
export const PARTY_FACTS_OF: Statement = {
  name: 'facts_of_parties',
  text: `
    SELECT p.id AS person_id, coalesce(p.last_name, '') AS last_name, coalesce(p.first_name, '') AS first_name,
           p.second_name, coalesce(p.birth_date::text, '') AS birth_date, NULL AS unzr,
           d.id, d.type, d.number, NULL AS issued_at, NULL AS expiration_date
      FROM prm.parties AS p
      LEFT JOIN prm.party_documents AS d ON d.party_id = p.id AND d.party_id = ANY ($1::uuid[])
     WHERE p.id = ANY ($1::uuid[])`,
};

/**
 * What the streams may know of persons: one row a document, and one without for who has none. The ids are named twice,
 * since the planner does not carry a list over from one table to the other, and would read all documents.
 */
export const FACTS_OF: Statement = {
  name: 'facts_of_persons',
  text: `
    SELECT p.id AS person_id, p.last_name, p.first_name, p.second_name, p.birth_date::text AS birth_date, p.unzr,
           d.id, d.type, d.number, d.issued_at::text AS issued_at, d.expiration_date::text AS expiration_date
      FROM mpi.persons AS p
      LEFT JOIN mpi.person_documents AS d ON d.person_id = p.id AND d.person_id = ANY ($1::uuid[])
     WHERE p.id = ANY ($1::uuid[])`,
};

/** Whether anybody is due who waits for nothing. $1 is the threshold. */
export function anybodyDue(stream: RegisterStreamName, subject = PERSONS): Statement {
  return { name: `anybody_due_${stream}${subject.suffix}`, text: anybodyDueSql({ stream, subject }) };
}

/** How many are due who wait for nothing. $1 is the threshold. */
export function countDue(stream: RegisterStreamName, subject = PERSONS): Statement {
  return { name: `count_due_${stream}${subject.suffix}`, text: countDueSql({ stream, subject }) };
}
