import { Injectable } from '@nestjs/common';
import { type Statement, Transactions } from '../database/transactions';

/** What the register holds under a UNZR, as stored and answered. Further fields of the register keep their own names. */
export interface PersonInfo {
  readonly first_name: string | null;
  readonly last_name: string | null;
  readonly middle_name: string | null;
  readonly rnokpp: string | null;
  readonly gender: string | null;
  readonly date_birth: string | null;
  readonly documents: readonly DocumentInfo[];
}

/** A document of the person. */
export interface DocumentInfo {
  readonly type: string | null;
  readonly number: string | null;
  readonly issued_by: string | null;
  readonly issued_at: string | null;
  readonly expires_at: string | null;
  readonly status: string | null;
}

/** A requested UNZR, as answered. */
export interface UnzrInfoRow {
  readonly id: string;
  readonly unzr: string;
  readonly job_status: 'pending' | 'processed' | 'failed';
  /** Null when the register holds nothing or never answered, or when the caller may not read it. */
  readonly info: PersonInfo | null;
  readonly synced_at: Date | null;
  readonly inserted_at: Date;
  readonly inserted_by: string;
  readonly updated_at: Date;
  readonly updated_by: string;
}

/** How far a request is. */
export type UnzrInfoState = Pick<UnzrInfoRow, 'job_status' | 'updated_at'>;

const ANSWERED_COLUMNS = `id, unzr, job_status, info, synced_at, inserted_at, inserted_by, updated_at, updated_by`;

/** Also when nothing was found: that the register holds nothing under a UNZR says something about a person, too. */
const NOTE_READING = `
  INSERT INTO mpi.audit_log (actor_id, resource, resource_id, changeset)
  SELECT $2::uuid, 'unzr_info', id, '{"read": ["info"]}' FROM`;

/** A pending request keeps its tries and its claim: only the last requesting user changes. */
const REQUEST: Statement = {
  name: 'ask_unzr_info',
  text: `
    WITH asked AS (
      INSERT INTO mimir.unzr_info AS u (unzr, job_status, next_try_at, inserted_by, updated_by)
      VALUES ($1::varchar, 'pending', now(), $2::uuid, $2::uuid)
      ON CONFLICT (unzr) DO UPDATE
         SET job_status = 'pending', updated_by = excluded.updated_by, updated_at = now(),
             tries = CASE u.job_status WHEN 'pending' THEN u.tries ELSE 0 END,
             next_try_at = CASE u.job_status WHEN 'pending' THEN u.next_try_at ELSE now() END
      RETURNING *
    ), noted AS (
      INSERT INTO mpi.audit_log (actor_id, resource, resource_id, changeset)
      SELECT $2::uuid, 'unzr_info', id, '{"job_status": "pending"}' FROM asked
    ), read AS (${NOTE_READING} asked WHERE $3::boolean)
    SELECT ${ANSWERED_COLUMNS.replace('info,', 'CASE WHEN $3::boolean THEN info END AS info,')} FROM asked`,
};

/** $1 as the condition says, $2 who reads. */
const readingWhere = (condition: string): string => `
    WITH found AS (SELECT * FROM mimir.unzr_info WHERE ${condition}),
         read AS (${NOTE_READING} found)
    SELECT ${ANSWERED_COLUMNS} FROM found`;

const READ: Statement = { name: 'read_unzr_info', text: readingWhere('unzr = $1::varchar') };

const READ_BY_ID: Statement = { name: 'read_unzr_info_by_id', text: readingWhere('id = $1::uuid') };

/** Nothing that says anything about a person. */
const STATE: Statement = {
  name: 'unzr_info_state',
  text: 'SELECT job_status, updated_at FROM mimir.unzr_info WHERE id = $1::uuid',
};

const CLAIM: Statement = {
  name: 'claim_unzr_info',
  text: `
    UPDATE mimir.unzr_info
       SET claim_id = gen_random_uuid(), tries = tries + 1, next_try_at = now() + make_interval(secs => $1)
     WHERE id = (
       SELECT id FROM mimir.unzr_info
        WHERE job_status = 'pending' AND next_try_at <= now()
        ORDER BY next_try_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id, unzr, claim_id, tries`,
};

const RENEW: Statement = {
  name: 'keep_unzr_info',
  text: `
    UPDATE mimir.unzr_info SET next_try_at = now() + make_interval(secs => $3)
     WHERE id = $1::uuid AND claim_id = $2::uuid`,
};

const PUT_BACK: Statement = {
  name: 'put_back_unzr_info',
  text: `
    UPDATE mimir.unzr_info
       SET claim_id = NULL, next_try_at = now() + make_interval(secs => $3), tries = $4::smallint
     WHERE id = $1::uuid AND claim_id = $2::uuid`,
};

/** `updated_by` stays the last requesting user. */
const END = `claim_id = NULL, next_try_at = NULL, tries = 0, updated_at = now()`;

const NOTE_END = `
  INSERT INTO mpi.audit_log (actor_id, resource, resource_id, changeset, message_id, duration_ms)
  SELECT updated_by, 'unzr_info', id, jsonb_build_object('job_status', job_status), $3::varchar, $4::integer FROM ended`;

const ANSWERED: Statement = {
  name: 'answer_unzr_info',
  text: `
    WITH ended AS (
      UPDATE mimir.unzr_info SET ${END}, job_status = 'processed', info = $5::jsonb, synced_at = now()
       WHERE id = $1::uuid AND claim_id = $2::uuid
      RETURNING id, updated_by, job_status)
    ${NOTE_END}`,
};

const FAILED: Statement = {
  name: 'fail_unzr_info',
  text: `
    WITH ended AS (
      UPDATE mimir.unzr_info SET ${END}, job_status = 'failed'
       WHERE id = $1::uuid AND claim_id = $2::uuid
      RETURNING id, updated_by, job_status)
    ${NOTE_END}`,
};

/** Who requests which UNZR, and whether they may read what the register holds under it. */
export interface UnzrInfoRequest {
  readonly unzr: string;
  readonly userId: string;
  readonly reads: boolean;
}

/** A pending request claimed by one worker. */
export interface ClaimedUnzr {
  readonly id: string;
  readonly unzr: string;
  readonly claim_id: string;
  /** Calls for it, including the next one. */
  readonly tries: number;
}

/** The last message to the register; nulls when none was sent. */
export interface SentMessage {
  readonly messageId: string | null;
  readonly durationMs: number | null;
}

/** The requests, which are also the queue of tasks. All times are by the clock of the database. */
@Injectable()
export class UnzrInfoRepository {
  constructor(private readonly transactions: Transactions) {}

  async request({ unzr, userId, reads }: UnzrInfoRequest): Promise<UnzrInfoRow> {
    const [row] = await this.transactions.query<UnzrInfoRow & Record<string, unknown>>(REQUEST, [
      unzr,
      userId,
      reads,
    ]);
    if (row === undefined) throw new Error('The saved request was not returned.');
    return row;
  }

  /** Writes an audit row for the read. */
  read(unzr: string, userId: string): Promise<UnzrInfoRow | undefined> {
    return this.readBy(READ, [unzr, userId]);
  }

  /** Like `read`, by the id of the request. */
  readById(id: string, userId: string): Promise<UnzrInfoRow | undefined> {
    return this.readBy(READ_BY_ID, [id, userId]);
  }

  /** How far a request is. */
  async state(id: string): Promise<UnzrInfoState | undefined> {
    const [row] = await this.transactions.query<UnzrInfoState & Record<string, unknown>>(STATE, [id]);
    return row;
  }

  /** Claims the request that has waited longest. A worker that dies loses it after the lease. */
  async claim(leaseSeconds: number): Promise<ClaimedUnzr | undefined> {
    const [row] = await this.transactions.query<ClaimedUnzr & Record<string, unknown>>(CLAIM, [leaseSeconds]);
    return row;
  }

  async renew({ id, claim_id }: ClaimedUnzr, leaseSeconds: number): Promise<void> {
    await this.transactions.query(RENEW, [id, claim_id, leaseSeconds]);
  }

  /** For a later try. */
  async putBack(
    { id, claim_id }: ClaimedUnzr,
    later: { readonly tries: number; readonly inSeconds: number },
  ): Promise<void> {
    await this.transactions.query(PUT_BACK, [id, claim_id, later.inSeconds, later.tries]);
  }

  async answered({ id, claim_id }: ClaimedUnzr, info: PersonInfo | null, sent: SentMessage): Promise<void> {
    const kept = info === null ? null : JSON.stringify(info);
    await this.transactions.query(ANSWERED, [id, claim_id, sent.messageId, sent.durationMs, kept]);
  }

  async failed({ id, claim_id }: ClaimedUnzr, sent: SentMessage): Promise<void> {
    await this.transactions.query(FAILED, [id, claim_id, sent.messageId, sent.durationMs]);
  }

  private async readBy(
    statement: Statement,
    [key, userId]: readonly [string, string],
  ): Promise<UnzrInfoRow | undefined> {
    const [row] = await this.transactions.query<UnzrInfoRow & Record<string, unknown>>(statement, [
      key,
      userId,
    ]);
    return row;
  }
}
