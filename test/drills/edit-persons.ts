import { setTimeout as pause } from 'node:timers/promises';
import { createInterface } from 'node:readline';
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../../src/app.module';
import { ownSettingsOrExit, provideSettings } from '../../src/config/own-settings';
import { type Sql, Transactions } from '../../src/database/transactions';
import { Log, NestLog } from '../../src/observability';
import { StreamRestartService } from '../../src/verifications';
import { SeededRandom } from './seeded-random';

/** What the drill hands over on standard input, in one line; when the input ends, so do the edits. */
export interface EditOrder {
  readonly seed: string;
  readonly personIds: readonly string[];
  readonly numbers: readonly string[];
}

/** Quick enough that many edits fall into a review, slow enough that the run gets on. */
const PAUSE_MS = 8;
const NO_DOCUMENT_SHARE = 0.1;
const MALFORMED_SHARE = 0.1;

/** Changes documents of persons one after the other, through the same service as registration does. */
class EditPersons {
  private readonly random: SeededRandom;
  private readonly numbers: string[];

  constructor(
    private readonly transactions: Transactions,
    private readonly restarts: StreamRestartService,
    private readonly order: EditOrder & { readonly actorId: string },
  ) {
    this.random = new SeededRandom(order.seed);
    this.numbers = [...order.numbers];
  }

  /** Until the stop signal, or until every number is used. */
  async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted && this.numbers.length > 0) {
      const number = this.nextNumber();
      const personId = this.random.pick(this.order.personIds);
      await this.transactions.inTransaction((sql) => this.edit(sql, personId, number));
      await pause(PAUSE_MS, undefined, { signal: stop }).catch(() => undefined);
    }
  }

  private nextNumber(): string | null {
    const number = this.numbers.pop() ?? '';
    if (this.random.chance(NO_DOCUMENT_SHARE)) return null;
    return this.random.chance(MALFORMED_SHARE) ? number.toLowerCase() : number;
  }

  private async edit(sql: Sql, personId: string, number: string | null): Promise<void> {
    const old = await sql.query<{ number: string }>(
      { text: `DELETE FROM mpi.person_documents WHERE person_id = $1 RETURNING number` },
      [personId],
    );
    if (number !== null) {
      await sql.query(
        { text: `INSERT INTO mpi.person_documents (person_id, type, number) VALUES ($1, 'PASSPORT', $2)` },
        [personId, number],
      );
    }
    await this.restarts.onDataChanged(sql, { personId, actorId: this.order.actorId });
    await sql.query(
      { text: `INSERT INTO drill.edits (person_id, old_number, new_number) VALUES ($1, $2, $3)` },
      [personId, old[0]?.number ?? null, number],
    );
  }
}

async function run(): Promise<void> {
  const settings = ownSettingsOrExit('job');
  provideSettings(settings);
  const log = new Log(settings);
  const app = await NestFactory.createApplicationContext(AppModule, {
    logger: new NestLog(log),
    abortOnError: false,
  });
  const stop = new AbortController();
  const input = createInterface({ input: process.stdin });
  input.once('close', () => stop.abort());
  process.stdout.write('ready\n');
  const order = await new Promise<EditOrder>((resolve) => {
    input.once('line', (line) => resolve(JSON.parse(line) as EditOrder));
  });
  const transactions = app.get(Transactions, { strict: false });
  const restarts = app.get(StreamRestartService, { strict: false });
  await new EditPersons(transactions, restarts, { ...order, actorId: settings.SYSTEM_USER_ID }).run(
    stop.signal,
  );
  await app.close();
}

run().then(
  () => process.exit(0),
  () => process.exit(1),
);
