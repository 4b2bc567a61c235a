import { SELECTION_BRANCHES, type SelectionBranch } from '../domain/verification/selection.table';
import type { RegisterStreamName } from '../domain/verification/stream';
import type { Checked } from './subject';

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
