/** What grows with the persons of a group, and what a group costs however few they are; in milliseconds of one core. */
export interface Cost {
  readonly perGroupMs: number;
  readonly perPersonMs: number;
}

/** What was measured of the parts of the system, each by itself. */
export interface MeasuredCosts {
  /** CPU of a worker's process. */
  readonly worker: Cost;
  /** CPU of PostgreSQL. */
  readonly database: Cost;
  /** CPU of the register for one call. */
  readonly registerPerCallMs: number;
  /** How long a commit waits for the disk. */
  readonly commitMs: number;
}

/** What is to be played. */
export interface TestEnvironment {
  readonly workers: number;
  /** Calls at once of one worker. */
  readonly callsPerWorker: number;
  readonly latencyMs: number;
  /** Answers a second the register allows. */
  readonly answersPerSecond: number;
  readonly databaseCores: number;
  /** All on the cores of the database, register included, as in a benchmark; otherwise each on a machine of its own. */
  readonly onOneMachine: boolean;
}

/** What became of it, in the steady part. */
export interface Simulated {
  readonly personsPerSecond: number;
  /** Shares of the time in which the database's cores, and the busiest worker's, had something to do. */
  readonly databaseUse: number;
  readonly workerUse: number;
}
