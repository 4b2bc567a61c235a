import type { Sql, Statement, Transactions } from '../database/transactions';
import type { ObjectPlace } from './media-store';

const WRITE_DOWN: Statement = {
  name: 'write_down_media_upload',
  text: `INSERT INTO mpi.media_uploads (id, bucket, object_key) VALUES ($1::uuid, $2::varchar, $3::varchar)`,
};

/** Waits for a sweeper that is giving the upload up at this moment, and then finds that it did. */
const KEEP: Statement = {
  name: 'keep_media_upload',
  text: `DELETE FROM mpi.media_uploads WHERE id = $1::uuid AND orphaned_at IS NULL RETURNING id`,
};

/** A row that somebody holds is being kept, whatever its registration has been told about its own end. */
const GIVE_UP: Statement = {
  name: 'give_up_media_upload',
  text: `
    WITH picked AS MATERIALIZED (
      SELECT id FROM mpi.media_uploads WHERE id = $1::uuid FOR UPDATE SKIP LOCKED)
    UPDATE mpi.media_uploads AS u SET orphaned_at = coalesce(u.orphaned_at, now()), updated_at = now()
      FROM picked WHERE u.id = picked.id
    RETURNING u.id, u.bucket, u.object_key AS key`,
};

/** Longest untouched first: one that cannot be removed stands behind all others the next time. */
const GIVE_UP_OLD: Statement = {
  name: 'give_up_old_media_upload',
  text: `
    WITH picked AS MATERIALIZED (
      SELECT id FROM mpi.media_uploads
       WHERE updated_at < $1::timestamptz AND inserted_at < now() - make_interval(secs => $2::double precision)
       ORDER BY updated_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
    UPDATE mpi.media_uploads AS u SET orphaned_at = coalesce(u.orphaned_at, now()), updated_at = now()
      FROM picked WHERE u.id = picked.id
    RETURNING u.id, u.bucket, u.object_key AS key`,
};

const FORGET: Statement = {
  name: 'forget_media_upload',
  text: `DELETE FROM mpi.media_uploads WHERE id = $1::uuid`,
};

/** As text, since a timestamp of the database is finer than a Date. */
const NOW: Statement = { name: 'media_sweep_begins', text: `SELECT now()::text AS now` };

const COUNT: Statement = {
  name: 'count_media_uploads',
  text: `SELECT count(*)::int AS waiting FROM mpi.media_uploads`,
};

/** An upload that no registration can keep any more. */
export interface GivenUp extends ObjectPlace {
  readonly id: string;
}

type GivenUpRow = { -readonly [Column in keyof GivenUp]: string };

/** The journal of uploads. What stands in it belongs to no committed registration. */
export class MediaUploadRepository {
  constructor(private readonly transactions: Transactions) {}

  /** Committed when it resolves. */
  async writeDown(id: string, { bucket, key }: ObjectPlace): Promise<void> {
    await this.transactions.query(WRITE_DOWN, [id, bucket, key]);
  }

  /** In the transaction of the registration; false when the upload was given up before. */
  async keep(sql: Sql, id: string): Promise<boolean> {
    return (await sql.query(KEEP, [id])).length > 0;
  }

  /** Undefined when the upload is kept, is being kept, or is gone. */
  async giveUp(id: string): Promise<GivenUp | undefined> {
    const [row] = await this.transactions.query<GivenUpRow>(GIVE_UP, [id]);
    return row;
  }

  /** One upload older than this that nobody has touched since the sweep began. */
  async giveUpOld(sweep: { begunAt: string; olderThanSeconds: number }): Promise<GivenUp | undefined> {
    const [row] = await this.transactions.query<GivenUpRow>(GIVE_UP_OLD, [
      sweep.begunAt,
      sweep.olderThanSeconds,
    ]);
    return row;
  }

  /** Once its object is gone. */
  async forget(id: string): Promise<void> {
    await this.transactions.query(FORGET, [id]);
  }

  /** By the clock of the database, for `giveUpOld`. */
  async now(): Promise<string> {
    const [row] = await this.transactions.query<{ now: string }>(NOW);
    return row?.now ?? '';
  }

  async waiting(): Promise<number> {
    const [row] = await this.transactions.query<{ waiting: number }>(COUNT);
    return row?.waiting ?? 0;
  }
}
