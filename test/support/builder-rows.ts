import { randomUUID } from 'node:crypto';
import type { Sql } from '../../src/database/transactions';
import type { DocumentType } from '../../src/domain/person/dictionaries';
import type { StreamReason, StreamStatus, StreamName } from '../../src/domain/verification/stream';

/** Days as `YYYY-MM-DD`. */
export interface DocumentDates {
  readonly issuedAt?: string;
  readonly expirationDate?: string;
}

export interface DocumentDraft extends DocumentDates {
  readonly type: DocumentType;
  readonly number: string;
}

/** Columns of a stream beside its status and reason; a column the stream does not have is an error of the database. */
export interface StreamExtras {
  readonly dataId?: string;
  readonly dataStatus?: number;
  readonly syncedAt?: Date | string;
  readonly unverifiedAt?: Date | string;
  readonly retryAt?: Date | string;
  readonly onlineStatus?: 'READY' | 'IN_PROCESS' | 'COMPLETED';
  readonly verificationComment?: string;
}

/** How a stream is spoken of: `'VERIFIED', 'AUTO_VALID', { syncedAt }`. */
export type StreamState = [status: StreamStatus, reason: StreamReason, extras?: StreamExtras];

/** The row of the lock table about one stream. */
export interface LockDraft {
  readonly claimId?: string;
  readonly statusBefore?: StreamStatus;
  readonly reasonBefore?: StreamReason;
  readonly attempts?: number;
  readonly triedInRun?: string;
  readonly lastErrorKind?: string;
}

export type Columns = Record<string, unknown>;

/** The columns of all streams, from how they were spoken of. */
export function streamColumns(streams: ReadonlyMap<StreamName, StreamState>): Columns {
  const columns: Columns = {};
  for (const [stream, [status, reason, extras]] of streams) {
    columns[`${stream}_verification_status`] = status;
    columns[`${stream}_verification_reason`] = reason;
    for (const [name, value] of Object.entries(extras ?? {})) columns[`${stream}_${snakeCase(name)}`] = value;
  }
  return columns;
}

export function lockColumns(stream: StreamName, { attempts = 0, ...draft }: LockDraft): Columns {
  return { id: randomUUID(), stream, attempts, ...namedAsColumns(draft) };
}

/** The draft, under the names of the columns. */
export function namedAsColumns(draft: object): Columns {
  return Object.fromEntries(
    Object.entries(draft).map(([name, value]) => [snakeCase(name), value as unknown]),
  );
}

/** One row of a table of documents. */
export function documentColumns({ type, number, issuedAt, expirationDate }: DocumentDraft): Columns {
  const dates = { issued_at: issuedAt ?? null, expiration_date: expirationDate ?? null };
  return { id: randomUUID(), type, number, ...dates };
}

/** More rows than this in one statement only make its text longer. */
const ROWS_AT_ONCE = 5_000;

/** Inserts rows as they are; a column that only some of them name is null in the others. */
export async function insertRows(sql: Sql, table: string, rows: readonly Columns[]): Promise<void> {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))].map((name) => `"${name}"`).join(', ');
  const text = `
    INSERT INTO ${table} (${names})
    SELECT ${names} FROM jsonb_populate_recordset(NULL::${table}, $1::jsonb)`;
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    await sql.query({ text }, [JSON.stringify(rows.slice(from, from + ROWS_AT_ONCE))]);
  }
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
