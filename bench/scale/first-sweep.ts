import type { TestEnvironment, MeasuredCosts, Simulated } from './installation';
import { simulateSweep } from './simulate-sweep';

/** Everybody whom the first sweep of the country asks about. */
export const COUNTRY_PERSONS = 36_000_000;
/** Registers of different speed, in answers a second. */
const REGISTERS = [50, 500, 5_000];
const WORKERS = [1, 2, 4, 8];
/** Twice the calls that the register's speed needs under way: its latency is never quite the same. */
const SPARE_CALLS = 2;
const FEWEST_CALLS = 20;

/** What keeps a sweep from being faster. */
export type Limit = 'register' | 'database' | 'workers' | 'calls at once';

/** One line: so many workers at such a register. */
export interface FirstSweep {
  readonly answersPerSecond: number;
  readonly workers: number;
  readonly callsPerWorker: number;
  readonly personsPerSecond: number;
  readonly hours: number;
  readonly limit: Limit;
  /** False where the model predicts more than this run has seen the database do. */
  readonly isWithinSeen: boolean;
}

export interface Country {
  readonly latencyMs: number;
  readonly databaseCores: number;
  /** Persons a second that the database was seen to claim and write. */
  readonly seenPersonsPerSecond: number;
}

/** How long the first sweep of the country takes, each worker and the database on a machine of its own. */
export function firstSweeps(costs: MeasuredCosts, country: Country): FirstSweep[] {
  return REGISTERS.flatMap((answersPerSecond) =>
    WORKERS.map((workers) => {
      const callsNeeded = (answersPerSecond * country.latencyMs) / 1000 / workers;
      const callsPerWorker = Math.max(FEWEST_CALLS, Math.ceil(callsNeeded * SPARE_CALLS));
      const installation: TestEnvironment = {
        workers,
        callsPerWorker,
        answersPerSecond,
        latencyMs: country.latencyMs,
        databaseCores: country.databaseCores,
        onOneMachine: false,
      };
      const simulated = simulateSweep(costs, installation);
      // Groups come in lumps, so a short look may see a person more than the register gave.
      const personsPerSecond = Math.min(simulated.personsPerSecond, answersPerSecond);
      return {
        answersPerSecond,
        workers,
        callsPerWorker,
        personsPerSecond,
        hours: COUNTRY_PERSONS / personsPerSecond / 3600,
        limit: limitOf(simulated, answersPerSecond),
        isWithinSeen: personsPerSecond <= country.seenPersonsPerSecond,
      };
    }),
  );
}

function limitOf(simulated: Simulated, answersPerSecond: number): Limit {
  if (simulated.personsPerSecond >= 0.97 * answersPerSecond) return 'register';
  if (simulated.databaseUse > 0.95) return 'database';
  return simulated.workerUse > 0.9 ? 'workers' : 'calls at once';
}

/** Hours in the words of somebody who waits: `8 days 8 h`, `20 h`, `2 h 24 min`. */
export function durationText(hours: number): string {
  const minutes = Math.round(hours * 60);
  const [days, left] = [Math.floor(minutes / 1440), minutes % 1440];
  const [wholeHours, rest] = [Math.floor(left / 60), left % 60];
  if (days > 0) return wholeHours === 0 ? `${days} days` : `${days} days ${wholeHours} h`;
  if (wholeHours >= 10) return `${Math.round(minutes / 60)} h`;
  return rest === 0 ? `${wholeHours} h` : `${wholeHours} h ${rest} min`;
}
