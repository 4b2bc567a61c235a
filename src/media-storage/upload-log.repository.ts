import { Injectable } from '@nestjs/common';
import { type Sql, type Statement, Transactions } from '../database/transactions';
import type { ObjectPlace } from './media-store';

const RECORD: Statement = {
  name: 'record_media_upload',
  text: `INSERT INTO mpi.media_uploads (id, bucket, object_key) VALUES ($1::uuid, $2::varchar, $3::varchar)`,
};

/** Waits for a clean-up that is marking the upload at this moment, and then finds the mark. */
const KEEP: Statement = {
  name: 'keep_media_upload',
  text: `DELETE FROM mpi.media_uploads WHERE id = $1::uuid AND orphaned_at IS NULL RETURNING id`,
};

/** A locked row is being kept, whatever its registration knows about the end of its own transaction. */
const MARK_ORPHAN: Statement = {
  name: 'mark_orphaned_media_upload',
  text: `
    WITH picked AS MATERIALIZED (
      SELECT id FROM mpi.media_uploads WHERE id = $1::uuid FOR UPDATE SKIP LOCKED)
    UPDATE mpi.media_uploads AS u SET orphaned_at = coalesce(u.orphaned_at, now()), updated_at = now()
      FROM picked WHERE u.id = picked.id
    RETURNING u.id, u.bucket, u.object_key AS key`,
};

/** Least recently touched first: an object that cannot be removed goes behind all others. */
const MARK_OLD_ORPHAN: Statement = {
  name: 'mark_old_orphaned_media_upload',
  text: `
    WITH picked AS MATERIALIZED (
      SELECT id FROM mpi.media_uploads
       WHERE updated_at < $1::timestamptz AND inserted_at < now() - make_interval(secs => $2::double precision)
       ORDER BY updated_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
    UPDATE mpi.media_uploads AS u SET orphaned_at = coalesce(u.orphaned_at, now()), updated_at = now()
      FROM picked WHERE u.id = picked.id
    RETURNING u.id, u.bucket, u.object_key AS key`,
};

const DELETE: Statement = {
  name: 'delete_media_upload',
  text: `DELETE FROM mpi.media_uploads WHERE id = $1::uuid RETURNING id`,
};

/** As text, since a timestamp of the database is finer than a Date. */
const NOW: Statement = { name: 'media_clean_up_starts', text: `SELECT now()::text AS now` };

const COUNT: Statement = {
  name: 'count_media_uploads',
  text: `SELECT count(*)::int AS waiting FROM mpi.media_uploads`,
};

/** An upload that no registration can keep any more. */
export interface OrphanedUpload extends ObjectPlace {
  readonly id: string;
}

type OrphanedRow = { -readonly [Column in keyof OrphanedUpload]: string };

/** The upload log: uploads that belong to no committed registration, in `mpi.media_uploads`. */
@Injectable()
export class UploadLogRepository {
  constructor(private readonly transactions: Transactions) {}

  /** Committed when it resolves. */
  async record(id: string, { bucket, key }: ObjectPlace): Promise<void> {
    await this.transactions.query(RECORD, [id, bucket, key]);
  }

  /** Deletes the row in the transaction of the registration; false when the upload was marked as orphaned before. */
  async keep(sql: Sql, id: string): Promise<boolean> {
    return (await sql.query(KEEP, [id])).length > 0;
  }

  /** Marks an upload as orphaned. `undefined` when the upload is kept, is being kept, or is gone. */
  async markOrphan(id: string): Promise<OrphanedUpload | undefined> {
    const [row] = await this.transactions.query<OrphanedRow>(MARK_ORPHAN, [id]);
    return row;
  }

  /** Marks one upload that is older than this and was not touched since the clean-up started. */
  async markOldOrphan(cleanUp: {
    startedAt: string;
    olderThanSeconds: number;
  }): Promise<OrphanedUpload | undefined> {
    const [row] = await this.transactions.query<OrphanedRow>(MARK_OLD_ORPHAN, [
      cleanUp.startedAt,
      cleanUp.olderThanSeconds,
    ]);
    return row;
  }

  /** To be called when the object is gone. False when the row was gone before. */
  async delete(id: string): Promise<boolean> {
    return (await this.transactions.query(DELETE, [id])).length > 0;
  }

  /** By the clock of the database, for `markOldOrphan`. */
  async now(): Promise<string> {
    const [row] = await this.transactions.query<{ now: string }>(NOW);
    return row?.now ?? '';
  }

  async waiting(): Promise<number> {
    const [row] = await this.transactions.query<{ waiting: number }>(COUNT);
    return row?.waiting ?? 0;
  }
}
