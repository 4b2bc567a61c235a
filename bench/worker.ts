import { once } from 'node:events';
import { startOf, startProgram } from './program';

/** What `inside-worker.cjs` reports. */
export interface InsideWorker {
  readonly cpuSeconds: number;
  readonly rssBytes: number;
  readonly loopDelayP99Ms: number;
}

/** What is known of a worker at one moment. */
export interface Glance extends InsideWorker {
  readonly atMs: number;
  /** Persons written: verified, refuted, absent and incorrect. */
  readonly persons: number;
  readonly statements: number;
  /** Groups of answers written. */
  readonly groups: number;
}

/** The compiled worker, started as an operator starts it. */
export interface Worker {
  readonly pid: number;
  glance(question?: 'read' | 'reset'): Promise<Glance>;
  stop(): Promise<void>;
}

export interface WorkerOptions {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly registerUrl: string;
  readonly concurrency: number;
  readonly concurrencyPerWorker: number;
}

export async function startWorker(wishes: WorkerOptions): Promise<Worker> {
  const program = startProgram({
    ...startOf('start:worker'),
    preload: 'bench/inside-worker.cjs',
    variables: {
      DATABASE_URL: wishes.databaseUrl,
      REDIS_URL: wishes.redisUrl,
      TREMBITA_URL: wishes.registerUrl,
      TREMBITA_CONCURRENCY: String(wishes.concurrency),
      TREMBITA_CONCURRENCY_PER_WORKER: String(wishes.concurrencyPerWorker),
      WORKER_INTERNAL_PORT: '0',
      JOB_POLL_SECONDS: '1',
      // Nobody but the measurement starts runs.
      DMS_PERSON_SYNCHRONIZATION_SCHEDULE: '0 1 29 2 *',
      DMS_PARTY_SYNCHRONIZATION_SCHEDULE: '0 1 29 2 *',
      MVS_PERSON_SYNCHRONIZATION_SCHEDULE: '0 1 29 2 *',
      UNZR_PERSON_SYNCHRONIZATION_SCHEDULE: '0 1 29 2 *',
      RETENTION_SCHEDULE: '0 1 29 2 *',
    },
  });
  const metricsUrl = await program.line('stderr', (line) => /"internal_url":"([^"]+)"/.exec(line)?.[1]);
  return {
    pid: program.child.pid ?? 0,
    glance: async (question = 'read') => {
      const report = once(program.child, 'message') as Promise<[InsideWorker]>;
      program.child.send(question);
      const [[inside], text] = await Promise.all([report, fetchText(`${metricsUrl}/metrics`)]);
      return {
        ...inside,
        atMs: performance.now(),
        persons: sumOf(text, PERSONS),
        statements: sumOf(text, STATEMENTS),
        groups: sumOf(text, GROUPS),
      };
    },
    stop: () => program.stop(),
  };
}

const PERSONS = /^verification_persons_total\{.*outcome="(?:verified|refuted|absent|incorrect)".*\} (\S+)$/gm;
const GROUPS = /^verification_write_duration_seconds_count\{.*\} (\S+)$/gm;
const STATEMENTS = /^sql_statements_total (\S+)$/gm;

async function fetchText(url: string): Promise<string> {
  return (await fetch(url)).text();
}

function sumOf(text: string, figure: RegExp): number {
  return [...text.matchAll(figure)].reduce((sum, [, n]) => sum + Number(n), 0);
}
