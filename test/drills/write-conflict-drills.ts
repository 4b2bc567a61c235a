import type { FaultReport } from './findings';
import type { MadePerson, People } from './population';
import { type Drill, runDrill } from './definition';
import { runEnds, startRun, runsEnd, startRuns } from './runs';
import type { DrillEnvironment } from './environment';
import { waitUntil } from '../support/wait-until';
import type { DrillDatabase } from './database';
import { RunPace } from './register';
import { LONG_LEASE, PATIENT_CALLS } from './settings';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import type { SeededRandom } from './seeded-random';

/** The errors of the database when a row cannot be written: a broken rule, a trigger's refusal, a row too large, a broken page. */
const ERRORS = ['23514', 'P0001', '54000', 'XX001'];

/** D17: persons whose answers cannot be written, whatever is tried. */
export const poisonPersons: Drill = {
  name: 'poison-persons',
  code: 'D17',
  description: `${ERRORS.length} persons whose answers the database refuses, each with another error`,
  short: false,
  runDrill: (sharedServers) =>
    runDrill(sharedServers, { name: 'poison-persons', persons: 400, latencyMs: 20 }, refuseWrites),
};

async function refuseWrites(environment: DrillEnvironment): Promise<FaultReport> {
  const { database } = environment;
  const poisoned = pickPoisoned(environment);
  await database.write(poison(poisoned));
  await environment.workers(2);
  const runId = await startRun(database);
  await runEnds(database, runId);
  // The others must not have had to be asked again because of them.
  const again = await database.number(
    `SELECT count(*) FROM drill.history WHERE what = 'failed' AND run_id = $1 AND person_id <> ALL ($2::uuid[])
        AND person_id <> ALL ($3::uuid[])`,
    [runId, poisoned.map(({ id }) => id), failing(environment)],
  );
  return {
    faults: poisoned.length,
    people: asHopeless(environment.people, poisoned),
    missed: again > 0 ? [`${again} persons beside the poisoned ones were not written`] : [],
  };
}

/** One for each error, with an own passport, listed by the register or not. */
function pickPoisoned({ people, random }: DrillEnvironment): MadePerson[] {
  const plain = people.persons.filter(({ kind, active }) => kind === 'plain' && active);
  const picked = new Set<MadePerson>();
  while (picked.size < ERRORS.length) picked.add(random.pick(plain));
  return [...picked];
}

/** A rule of somebody else's, put into the same database. */
function poison(persons: readonly MadePerson[]): string {
  const cases = persons
    .map(
      ({ id }, index) =>
        `WHEN '${id}' THEN RAISE EXCEPTION USING ERRCODE = '${ERRORS[index]}', MESSAGE = 'no';`,
    )
    .join('\n      ');
  return `
    CREATE FUNCTION drill.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      CASE NEW.person_id
      ${cases}
      ELSE RETURN NEW;
      END CASE;
    END $$;
    CREATE TRIGGER drill_refuse BEFORE UPDATE ON mpi.person_verifications FOR EACH ROW
      WHEN (NEW.dms_passport_synced_at IS DISTINCT FROM OLD.dms_passport_synced_at)
      EXECUTE FUNCTION drill.refuse();`;
}

/** Persons who fail for reasons of the register. */
function failing({ people: { persons, truths } }: DrillEnvironment): string[] {
  const isFailing = (number: string): boolean => truths.failing.has(number) || truths.hopeless.has(number);
  return persons
    .filter(({ documents }) => documents.some(({ number }) => isFailing(number)))
    .map(({ id }) => id);
}

/** For the rules they are persons about whom the register never answers. */
function asHopeless(people: People, poisoned: readonly MadePerson[]): People {
  const numbers = poisoned.flatMap(({ documents }) =>
    documents.map(({ number }) => [number, 'unwritable'] as const),
  );
  const hopeless = new Map([...people.truths.hopeless, ...numbers]);
  return { ...people, truths: { ...people.truths, hopeless } };
}

const CLIENTS = 6;

/** So many persons, and a third as many parties, are fought over: few enough that transactions meet. */
const FOUGHT_OVER = 36;

const PERSONS_OF_STORM = 700;

/** Fewer deadlocks than this, and nothing was proved. */
const LEAST_DEADLOCKS = 3;

/**
 * D18: nearly every passport has several holders and a party, so that each check reaches for the others while they
 * are being checked themselves; and somebody else takes the same rows in any order.
 */
export const stormPassports: Drill = {
  name: 'storm-passports',
  code: 'D18',
  description: `shared passports checked from all ends, persons and parties at once, among ${CLIENTS} clients that lock at random`,
  short: false,
  runDrill: (sharedServers) =>
    runDrill(
      sharedServers,
      {
        name: 'storm-passports',
        persons: PERSONS_OF_STORM,
        sharing: true,
        partiesToo: true,
        latencyMs: 60,
        settings: { ...LONG_LEASE, ...PATIENT_CALLS },
      },
      stormDuringRuns,
    ),
};

async function stormDuringRuns(environment: DrillEnvironment): Promise<FaultReport> {
  const { database, people, random, register } = environment;
  await environment.workers(4);
  const shared = people.persons.filter(({ kind }) => kind.startsWith('shared'));
  const rows = {
    personIds: shared.slice(0, FOUGHT_OVER).map(({ id }) => id),
    partyIds: people.parties.slice(0, FOUGHT_OVER / 3).map(({ id }) => id),
  };
  const pace = await RunPace.set(register, [PERSONS_OF_STORM * 0.3]);
  const runIds = await startRuns(database, people);
  await register.reached(10);
  const storm = new StormLocks(database.url, rows, random);
  storm.start(CLIENTS);
  await enoughDeadlocks(database);
  await pace.end();
  const { transactions, deadlocks } = await runsEnd(database, runIds).then(
    () => storm.stop(),
    async (error: unknown) => {
      await storm.stop();
      throw error;
    },
  );
  const all = await deadlocksIn(database);
  return {
    faults: transactions,
    notes: [`${all} deadlocks; ${Math.max(0, all - deadlocks)} of them fell upon the program`],
    missed: all < LEAST_DEADLOCKS ? [`there were only ${all} deadlocks`] : [],
  };
}

function deadlocksIn(database: DrillDatabase): Promise<number> {
  return database.number(`SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`);
}

/** Waits for the deadlocks that prove something; without them the drill reports it in the end. */
async function enoughDeadlocks(database: DrillDatabase): Promise<void> {
  const isEnough = async (): Promise<boolean> => (await deadlocksIn(database)) >= LEAST_DEADLOCKS;
  await waitUntil(isEnough, { what: 'deadlocks', timeoutMs: 60_000, everyMs: 100 }).catch(() => undefined);
}

/** What rows a transaction of the storm may take, each by a key of its own. */
export interface StormRows {
  readonly personIds: readonly string[];
  readonly partyIds: readonly string[];
}

/** The work of one transaction: long enough that others meet it, short enough that many fit into a run. */
const WORK_MS = 15;

const MOST_ROWS = 8;

/** The first to look for a deadlock becomes its victim: the program waits for a second, half of the storm less, half more. */
const LOOKS_AFTER = ['50ms', '3s'];

/** Somebody else's transactions, which take rows in any order: what an order of locks cannot help against. */
export class StormLocks {
  private readonly over = new AbortController();
  private readonly clients: Promise<void>[] = [];
  private deadlocks = 0;
  private transactions = 0;

  constructor(
    private readonly url: string,
    private readonly rows: StormRows,
    private readonly random: SeededRandom,
  ) {}

  start(clients: number): void {
    for (let n = 0; n < clients; n += 1) this.clients.push(this.storm(LOOKS_AFTER[n % 2] ?? '1s'));
  }

  /** Gives how many transactions there were, and how many of them fell victim to a deadlock. */
  async stop(): Promise<{ transactions: number; deadlocks: number }> {
    this.over.abort();
    await Promise.all(this.clients);
    return { transactions: this.transactions, deadlocks: this.deadlocks };
  }

  private async storm(looksAfter: string): Promise<void> {
    const client = new Client({ connectionString: this.url, application_name: 'storm' });
    client.on('error', () => undefined);
    await client.connect();
    try {
      await client.query(`SET deadlock_timeout = '${looksAfter}'`);
      while (!this.over.signal.aborted) await this.transaction(client);
    } finally {
      await client.end();
    }
  }

  private async transaction(client: Client): Promise<void> {
    this.transactions += 1;
    await client.query('BEGIN');
    try {
      for (let row = 0; row < MOST_ROWS; row += 1) {
        await client.query(...this.anyRow());
        await pause(this.random.below(WORK_MS));
      }
      await client.query('COMMIT');
    } catch {
      this.deadlocks += 1;
      await client.query('ROLLBACK');
    }
  }

  private anyRow(): [string, string[]] {
    const person = this.random.pick(this.rows.personIds);
    const party = this.random.pick(this.rows.partyIds);
    return this.random.pick<[string, string[]]>([
      ['SELECT FROM mpi.person_verifications WHERE person_id = $1 FOR UPDATE', [person]],
      ['UPDATE mpi.persons SET updated_at = now() WHERE id = $1', [person]],
      ['SELECT FROM prm.party_verifications WHERE party_id = $1 FOR UPDATE', [party]],
      ['UPDATE prm.parties SET updated_at = now() WHERE id = $1', [party]],
    ]);
  }
}
