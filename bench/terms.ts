/** How long and how often is measured. */
export interface Terms {
  readonly name: 'full' | 'quick';
  /** A noisy measurement is repeated only while it ends before this. */
  readonly repeatUntilSeconds: number;
  readonly rounds: number;
  /** Whether the worker writes the 200,000 persons that P12 is about. */
  readonly watchesMemory: boolean;
  /** Persons of the world that all measurements but P4 work on. */
  readonly worldPersons: number;
  /** Persons per round of the whole application. */
  readonly sweepPersons: number;
  /** Seconds of one measurement of bare calls. */
  readonly callSeconds: number;
  /** Seconds of one measurement of the database alone. */
  readonly databaseSeconds: number;
  /** How long the foreign transaction of P7 sits idle, and how long is measured before and after it. */
  readonly idleSeconds: number;
  readonly undisturbedSeconds: number;
  /** Rows of the tables of P4, the smallest first. */
  readonly tableRows: readonly number[];
  /** Persons of the tables of S2, the smallest first, and searches of one kind per round in each of them. */
  readonly searchPersons: readonly number[];
  readonly searches: number;
  /** Persons per round and worker of P14. */
  readonly personsPerWorker: number;
  /** Registrations per round of S1. */
  readonly registrations: number;
  /** Requests per round of P13, half of them of each kind. */
  readonly atOnceRequests: number;
  /** Persons of the tables of S3, the smaller one first. */
  readonly listPersons: readonly [number, number];
  /** Persons of the tables of C1, the smaller one first. */
  readonly overviewPersons: readonly [number, number];
}

export const FULL: Terms = {
  name: 'full',
  // Everything once takes nineteen and a half of the twenty minutes; what is noisy late is detail to be noisy.
  repeatUntilSeconds: 300,
  rounds: 3,
  watchesMemory: true,
  worldPersons: 440_000,
  // The heap of a worker grows to its load within the first 70,000 persons; the second fifth, which P12 compares with, begins after them.
  sweepPersons: 130_000,
  callSeconds: 5,
  databaseSeconds: 5,
  idleSeconds: 60,
  undisturbedSeconds: 10,
  tableRows: [100_000, 1_000_000, 5_000_000],
  searchPersons: [100_000, 5_000_000],
  searches: 400,
  personsPerWorker: 4_000,
  registrations: 120,
  atOnceRequests: 200,
  listPersons: [100_000, 5_000_000],
  overviewPersons: [100_000, 1_000_000],
};

/** Within three minutes: smaller tables, fewer and shorter rounds. */
export const QUICK: Terms = {
  name: 'quick',
  repeatUntilSeconds: 80,
  rounds: 2,
  watchesMemory: false,
  worldPersons: 40_000,
  sweepPersons: 12_000,
  callSeconds: 2,
  databaseSeconds: 2,
  idleSeconds: 8,
  undisturbedSeconds: 3,
  tableRows: [100_000, 300_000],
  searchPersons: [100_000, 300_000],
  searches: 200,
  personsPerWorker: 1_200,
  registrations: 50,
  atOnceRequests: 40,
  listPersons: [100_000, 300_000],
  overviewPersons: [100_000, 300_000],
};
