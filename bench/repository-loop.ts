import { Metrics } from '../src/observability';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../src/database/data-source';
import { Transactions } from '../src/database/transactions';
import { DMS_PASSPORT_ANSWERS } from '../src/dms-passport';
import { BatchClaimer } from '../src/verifications/worker-claims';
import { ClaimRepository } from '../src/verifications/claim.repository';
import { decideAnswered } from '../src/verifications/outcome';
import { FactsRepository } from '../src/verifications/facts.repository';
import { OutcomeRepository } from '../src/verifications/outcome.repository';
import { PERSONS } from '../src/verifications/subject';

const CHECKED = { stream: 'dms_passport', subject: PERSONS } as const;
const ACTOR = '00000000-0000-4000-8000-000000000001';
/** So far ahead that everybody is always due. */
const THRESHOLD = new Date('2100-01-01');
const BATCH = 100;

/** The register's part is left out: everybody's passport is not in the register of invalid ones. */
const ANSWERS = {
  answers: DMS_PASSPORT_ANSWERS,
  dataStatus: { FOUND: 1, NOT_FOUND: 0 },
  keyOf: () => '',
} as const;

/** Claims and completes through the repositories of the program, with their marks, locks and guards. */
export class RepositoryLoop {
  private constructor(
    private readonly dataSource: DataSource,
    private readonly transactions: Transactions,
    private readonly people: readonly BatchClaimer[],
  ) {}

  static async open(url: string, loops: number): Promise<RepositoryLoop> {
    const dataSource = new DataSource(dataSourceOptions(url, { poolSize: loops }));
    await dataSource.initialize();
    const transactions = new Transactions(dataSource, new Metrics());
    await transactions.query({ text: `DELETE FROM mpi.job_runs` });
    const [run] = await transactions.query<{ id: string }>({
      text: `INSERT INTO mpi.job_runs (job, started_at, status) VALUES ('bench', now(), 'RUNNING') RETURNING id`,
    });
    const runId = run?.id ?? '';
    const claims = new ClaimRepository(transactions, new FactsRepository());
    const people = Array.from({ length: loops }, (_, n) => {
      const claimant = { ...CHECKED, runId, worker: `loop-${n}`, leaseSeconds: 600 } as const;
      return new BatchClaimer(claims, () => ({ ...claimant, actorId: ACTOR, threshold: THRESHOLD }), false);
    });
    return new RepositoryLoop(dataSource, transactions, people);
  }

  /** Persons a second. */
  async run(seconds: number): Promise<number> {
    const startedAtMs = performance.now();
    const untilMs = startedAtMs + seconds * 1000;
    const done = await Promise.all(this.people.map((people) => this.claimAndComplete(people, untilMs)));
    return done.reduce((sum, n) => sum + n, 0) / ((performance.now() - startedAtMs) / 1000);
  }

  async close(): Promise<void> {
    await this.dataSource.destroy();
  }

  private async claimAndComplete(people: BatchClaimer, untilMs: number): Promise<number> {
    const outcomes = new OutcomeRepository();
    const claims = new ClaimRepository(this.transactions, new FactsRepository());
    let done = 0;
    while (performance.now() < untilMs) {
      const { persons, claimId } = await people.claimBatch(BATCH);
      const decided = persons.map(({ facts }) => ({
        personId: facts.personId,
        claimId,
        decision: decideAnswered(ANSWERS, { answer: 'NOT_FOUND', question: null }, new Map()),
      }));
      const changed = await this.transactions.inTransaction(async (sql) => {
        await outcomes.lock(
          sql,
          PERSONS,
          persons.map(({ facts }) => facts.personId),
        );
        return outcomes.applyDecided(sql, CHECKED, ACTOR, decided);
      });
      if (changed.length !== persons.length) throw new Error('Claimed persons were lost.');
      await claims.finish([claimId]);
      done += changed.length;
    }
    return done;
  }
}
