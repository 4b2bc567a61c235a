import type { Sql, Statement, Transactions } from '../database/transactions';

const RENEW: Statement = {
  name: 'renew_claims',
  text: `
    UPDATE mpi.verification_claims SET lease_until = now() + make_interval(secs => $2), updated_at = now()
     WHERE id = ANY ($1::uuid[])`,
};

const FINISH: Statement = {
  name: 'finish_claims',
  text: `DELETE FROM mpi.verification_claims WHERE id = ANY ($1::uuid[])`,
};

const LIVING: Statement = {
  name: 'living_claims',
  text: `SELECT id FROM mpi.verification_claims WHERE id = ANY ($1::uuid[])`,
};

const OF_RUN: Statement = {
  name: 'claims_of_run',
  text: `SELECT EXISTS (SELECT FROM mpi.verification_claims WHERE run_id = $1::uuid) AS unfinished`,
};

/** Claims and their leases; who is under them stands in `verification_locks`. */
export class ClaimLeaseRepository {
  constructor(private readonly transactions: Transactions) {}

  /** Keeps these claims alive. One that its worker knows nothing of, since the answer was lost, must run out. */
  async renew(claimIds: readonly string[], leaseSeconds: number): Promise<void> {
    if (claimIds.length > 0) await this.transactions.query(RENEW, [claimIds, leaseSeconds]);
  }

  /** Removes claims under which nobody is held any more. */
  async finish(claimIds: readonly string[]): Promise<void> {
    if (claimIds.length > 0) await this.transactions.query(FINISH, [claimIds]);
  }

  /** Which of these claims still exist: the sweeper removes those whose lease has passed. */
  async living(sql: Sql, claimIds: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await sql.query<{ id: string }>(LIVING, [claimIds]);
    return new Set(rows.map(({ id }) => id));
  }

  /** Whether anybody is still held for the run. */
  async unfinished(sql: Sql, runId: string): Promise<boolean> {
    const [row] = await sql.query<{ unfinished: boolean }>(OF_RUN, [runId]);
    return row?.unfinished ?? false;
  }
}
