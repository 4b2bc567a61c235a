import { SELECTION_BRANCHES, type SelectionBranch } from '../domain/verification/selection.table';
import type { RegisterStreamName } from '../domain/verification/stream';

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
  readonly personId: string;
}

export const START: Mark = { syncedAt: '-infinity', personId: '00000000-0000-0000-0000-000000000000' };

/** Parameters of a claim before the marks: claim, run, stream, worker, lease in seconds, threshold, system user. */
const MARKS_FROM = 8;

/** The marks as parameters, in the order in which `branchSql` numbers them. */
export function markParameters(marks: readonly Mark[]): string[] {
  return READY_BRANCHES.flatMap(({ synced }, index) => {
    const mark = marks[index] ?? START;
    return synced === 'never' ? [mark.personId] : [mark.syncedAt, mark.personId];
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

function syncedSql(stream: RegisterStreamName, { synced }: SelectionBranch, parameter: number): string {
  const column = `${stream}_synced_at`;
  if (synced === 'never') return `${column} IS NULL AND person_id > $${parameter}::uuid`;
  return `${column} IS NOT NULL AND ${column} <= $6::timestamptz
      AND (${column}, person_id) > ($${parameter}::timestamptz, $${parameter + 1}::uuid)`;
}

/** Who may be taken and waits for nothing. */
const readySql = (stream: RegisterStreamName): string => `${stream}_retry_at IS NULL AND person_is_active`;

const branchName = (index: number): string => `branch_${index}`;

/**
 * One branch: at most `size` persons in the order of its index, locked, and none at all once the branches before it
 * have filled the batch. The limit is a constant: with an unknown one the planner may prefer to sort the table.
 */
function branchSql(stream: RegisterStreamName, size: number, index: number): string {
  const branch = READY_BRANCHES[index];
  if (branch === undefined) throw new Error('There is no such branch.');
  const full = Array.from({ length: index }, (_, before) => `(SELECT count(*) FROM ${branchName(before)})`);
  const room = full.length === 0 ? '' : `AND ${full.join(' + ')} < ${size}`;
  const order = branch.synced === 'never' ? 'person_id' : `${stream}_synced_at, person_id`;
  return `${branchName(index)} AS MATERIALIZED (
    SELECT person_id, ${stream}_verification_status AS status, ${stream}_verification_reason AS reason,
           ${stream}_synced_at AS synced_at, ${index} AS branch
      FROM mpi.person_verifications
     WHERE ${pairSql(stream, branch)} AND ${readySql(stream)}
       AND ${syncedSql(stream, branch, markParameter(index))}
       AND EXISTS (SELECT FROM running) ${room}
     ORDER BY ${order} LIMIT ${size} FOR UPDATE SKIP LOCKED)`;
}

/** The branches as common table expressions, and the table `picked` made of them. */
export function selectionSql(stream: RegisterStreamName, size: number): string {
  const branches = READY_BRANCHES.map((_, index) => branchSql(stream, size, index));
  const union = READY_BRANCHES.map((_, index) => `SELECT * FROM ${branchName(index)}`).join(
    '\n    UNION ALL ',
  );
  return `${branches.join(',\n  ')},
  picked AS MATERIALIZED (
    SELECT * FROM (${union}) AS taken
     ORDER BY branch, synced_at, person_id LIMIT ${size})`;
}

/** The persons of a branch, each without order or limit. $1 is the threshold. */
function branchesSql(stream: RegisterStreamName): string[] {
  return READY_BRANCHES.map((branch) => {
    const synced = `${stream}_synced_at`;
    const due =
      branch.synced === 'never'
        ? `${synced} IS NULL`
        : `${synced} IS NOT NULL AND ${synced} <= $1::timestamptz`;
    return `FROM mpi.person_verifications WHERE ${pairSql(stream, branch)} AND ${readySql(stream)} AND ${due}`;
  });
}

/** Whether anybody at all could be taken; reads one entry of each index at most. */
export function anybodyDueSql(stream: RegisterStreamName): string {
  return `SELECT ${branchesSql(stream)
    .map((branch) => `EXISTS (SELECT ${branch})`)
    .join('\n OR ')} AS due`;
}

/** How many could be taken. */
export function countDueSql(stream: RegisterStreamName): string {
  return `SELECT (${branchesSql(stream)
    .map((branch) => `(SELECT count(*) ${branch})`)
    .join('\n + ')})::integer AS due`;
}
