import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { claimReady, markParameters } from '../src/verifications/claim.sql';
import { PERSONS } from '../src/verifications/subject';

/** What one claim cost, as PostgreSQL counted it. */
export interface ClaimCost {
  /** Finding and locking a hundred persons. */
  readonly selectionMs: number;
  readonly selectionBuffers: number;
  /** The whole statement: lock rows, status, counts. */
  readonly claimMs: number;
  readonly claimBuffers: number;
  readonly persons: number;
}

const BATCH = 100;
/** After five runs with plans of their own PostgreSQL may go over to one for all parameters, as it does for a worker. */
const RUNS_BEFORE = 6;

interface PlanNode {
  readonly 'Subplan Name'?: string;
  readonly 'Actual Total Time': number;
  readonly 'Actual Rows': number;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly Plans?: readonly PlanNode[];
}

/** The claim statement of the program under EXPLAIN (ANALYZE, BUFFERS), on a connection that knows it. Takes nobody. */
export class ClaimPlan {
  private readonly statement = claimReady({ stream: 'dms_passport', subject: PERSONS }, BATCH);

  private constructor(
    private readonly client: Client,
    private readonly runId: string,
  ) {}

  static async open(client: Client): Promise<ClaimPlan> {
    await client.query(`DELETE FROM mpi.job_runs`);
    const { rows } = await client.query<{ id: string }>(
      `INSERT INTO mpi.job_runs (job, started_at, status) VALUES ('bench', now(), 'RUNNING') RETURNING id`,
    );
    return new ClaimPlan(client, rows[0]?.id ?? '');
  }

  /** One round: the plan is settled and the pages are in memory, then every claim is reported. */
  async costs(threshold: string, times: number): Promise<ClaimCost[]> {
    for (let run = 0; run < RUNS_BEFORE; run += 1) {
      await this.takenBack(() => this.client.query({ ...this.statement, values: this.values(threshold) }));
    }
    const costs: ClaimCost[] = [];
    for (let run = 0; run < times; run += 1)
      costs.push(await this.takenBack(() => this.explained(threshold)));
    return costs;
  }

  private async explained(threshold: string): Promise<ClaimCost> {
    const given = this.values(threshold).map((value) => this.client.escapeLiteral(String(value)));
    const { rows } = await this.client.query<{ 'QUERY PLAN': readonly [{ readonly Plan: PlanNode }] }>(
      `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE ${this.statement.name} (${given.join(', ')})`,
    );
    const claim = rows[0]?.['QUERY PLAN'][0].Plan;
    const selection = claim && nodesOf(claim).find((node) => node['Subplan Name'] === 'CTE picked');
    if (claim === undefined || selection === undefined)
      throw new Error('The claim has another plan than expected.');
    return {
      selectionMs: selection['Actual Total Time'],
      selectionBuffers: buffersOf(selection),
      claimMs: claim['Actual Total Time'],
      claimBuffers: buffersOf(claim),
      persons: claim['Actual Rows'],
    };
  }

  private values(threshold: string): unknown[] {
    const actor = '00000000-0000-4000-8000-000000000001';
    return [randomUUID(), this.runId, 'dms_passport', 'bench', 60, threshold, actor, ...markParameters([])];
  }

  private async takenBack<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.client.query('BEGIN');
    try {
      return await work();
    } finally {
      await this.client.query('ROLLBACK');
    }
  }
}

function nodesOf(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}

const buffersOf = (node: PlanNode): number => node['Shared Hit Blocks'] + node['Shared Read Blocks'];
