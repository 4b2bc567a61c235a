import { Injectable } from '@nestjs/common';
import { type Statement, Transactions } from '../database/transactions';
import { pageOf, type PageRequest } from '../http';
import { InstanceRepository, type SeenInstance } from '../jobs';

/** A process, and what it has claimed. */
export interface WorkingInstance extends SeenInstance {
  /** Batches of people. */
  readonly claims: number;
  readonly oldestClaimAt: Date | undefined;
}

interface WorkerClaims extends Record<string, unknown> {
  readonly worker: string;
  readonly claims: number;
  readonly oldest: Date;
}

/** A worker has a few claims at a time. */
const CLAIMS_BY_WORKER: Statement = {
  name: 'claims_by_worker',
  text: `
    SELECT worker, count(*)::int AS claims, min(coalesce(taken_at, inserted_at)) AS oldest
      FROM mpi.verification_claims GROUP BY worker`,
};

/** The processes of the installation with their claims. */
@Injectable()
export class WorkingInstances {
  constructor(
    private readonly processes: InstanceRepository,
    private readonly transactions: Transactions,
  ) {}

  /** A page of them, newest first. */
  async list(request: PageRequest): Promise<{ entries: readonly WorkingInstance[]; total: number }> {
    const [processes, rows] = await Promise.all([
      this.processes.list(),
      this.transactions.query<WorkerClaims>(CLAIMS_BY_WORKER),
    ]);
    const byWorker = new Map(rows.map((row) => [row.worker, row]));
    const entries = pageOf(processes, request).map((process) => {
      const claims = byWorker.get(process.id);
      return { ...process, claims: claims?.claims ?? 0, oldestClaimAt: claims?.oldest };
    });
    return { entries, total: processes.length };
  }
}
