import type { CallerBuilder } from './builders';
import type { Installation } from './installation';
import type { Program } from './program';
import { waitUntil } from './wait-until';

/** A row of `mimir.unzr_info` as the database has it. */
export interface UnzrInfoRecord extends Record<string, unknown> {
  readonly id: string;
  readonly job_status: string;
  readonly info: Readonly<Record<string, unknown>> | null;
  readonly synced_at: Date | null;
  readonly updated_at: Date;
  readonly claim_id: string | null;
}

interface AuditRow extends Record<string, unknown> {
  readonly actor_id: string;
  readonly resource_id: string;
  readonly changeset: Readonly<Record<string, unknown>>;
  readonly message_id: string | null;
}

/** A program as its callers see it, in this process or in one of its own. */
type Door = Pick<Program, 'addresses'>;

/** An employee who asks what the register holds under a UNZR, and what came of it. */
export class UnzrInfoDesk {
  private token = '';

  constructor(
    private readonly here: Installation,
    /** Where it asks; at the program that was started first unless told otherwise. */
    private readonly door?: Door,
  ) {}

  /** From now on this caller asks. */
  async enter(caller: CallerBuilder): Promise<void> {
    this.token = await caller.save(this.here.sql);
  }

  sync(unzr: string) {
    return this.post({ unzr });
  }

  post(body: object) {
    return this.call('/sync', { method: 'POST', body: JSON.stringify(body) });
  }

  read(unzr: string) {
    return this.get(`?${new URLSearchParams({ unzr }).toString()}`);
  }

  get(query: string) {
    return this.call(query, {});
  }

  async row(unzr: string): Promise<UnzrInfoRecord> {
    const text = 'SELECT * FROM mimir.unzr_info WHERE unzr = $1';
    const [row] = await this.here.sql.query<UnzrInfoRecord>({ text }, [unzr]);
    if (row === undefined) throw new Error('The question was never asked.');
    return row;
  }

  /** Waits until the question has ended in this way. */
  ended(unzr: string, status: 'processed' | 'failed'): Promise<UnzrInfoRecord> {
    return waitUntil(
      async () => {
        const row = await this.row(unzr);
        return row.job_status === status && row;
      },
      { what: `the question to be ${status}`, timeoutMs: 30_000 },
    );
  }

  /** A question nobody rang the bell for; with so many calls behind it, it looks like one of a dead worker. */
  async pendingRow(unzr: string, nextTryAt: string, tries = 0): Promise<void> {
    const text = `
      INSERT INTO mimir.unzr_info (unzr, job_status, inserted_by, updated_by, tries, claim_id, next_try_at)
      VALUES ($1, 'pending', gen_random_uuid(), gen_random_uuid(), $2::smallint,
              CASE WHEN $2::smallint > 0 THEN gen_random_uuid() END, ${nextTryAt})`;
    await this.here.sql.query({ text }, [unzr, tries]);
  }

  audit(): Promise<AuditRow[]> {
    const text = `SELECT * FROM mpi.audit_log WHERE resource = 'unzr_info' ORDER BY inserted_at`;
    return this.here.sql.query<AuditRow>({ text });
  }

  private async call(path: string, request: RequestInit) {
    const headers = { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' };
    const { publicUrl } = (this.door ?? this.here.program).addresses;
    const url = `${publicUrl}/api/admin/unzr_info${path}`;
    const answer = await fetch(url, { ...request, headers });
    return { status: answer.status, body: JSON.parse(await answer.text()) };
  }
}
