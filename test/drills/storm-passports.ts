import type { FaultReport } from './findings';
import { type Drill, play } from './play';
import { runsEnd, startRuns } from './runs';
import { LONG_LEASE } from './drill-settings';
import type { Scene } from './scene';
import { StormLocks } from './storm-locks';

const CLIENTS = 6;
/** So many persons, and a third as many parties, are fought over: few enough that transactions meet. */
const FOUGHT_OVER = 36;
/** Fewer deadlocks than this, and nothing was proved. */
const LEAST_DEADLOCKS = 3;

/**
 * D18: nearly every passport has several holders and a party, so that each check reaches for the others while they
 * are being checked themselves; and somebody else takes the same rows in any order.
 */
export const stormPassports: Drill = {
  name: 'storm-passports',
  code: 'D18',
  says: `shared passports checked from all ends, persons and parties at once, among ${CLIENTS} clients that lock at random`,
  short: false,
  play: (stage) =>
    play(
      stage,
      {
        name: 'storm-passports',
        persons: 700,
        sharing: true,
        partiesToo: true,
        latencyMs: 60,
        settings: LONG_LEASE,
      },
      fault,
    ),
};

async function fault(scene: Scene): Promise<FaultReport> {
  const { books, people, random, register } = scene;
  await scene.workers(4);
  const shared = people.persons.filter(({ kind }) => kind.startsWith('shared'));
  const rows = {
    personIds: shared.slice(0, FOUGHT_OVER).map(({ id }) => id),
    partyIds: people.parties.slice(0, FOUGHT_OVER / 3).map(({ id }) => id),
  };
  const runIds = await startRuns(books, people);
  await register.reached(10);
  const storm = new StormLocks(books.url, rows, random);
  storm.start(CLIENTS);
  const { transactions, deadlocks } = await runsEnd(books, runIds).then(
    () => storm.stop(),
    async (error: unknown) => {
      await storm.stop();
      throw error;
    },
  );
  const all = await books.number(`SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`);
  return {
    faults: transactions,
    notes: [`${all} deadlocks; ${Math.max(0, all - deadlocks)} of them fell upon the program`],
    missed: all < LEAST_DEADLOCKS ? [`there were only ${all} deadlocks`] : [],
  };
}
