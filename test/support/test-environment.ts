import { getQueueToken } from '@nestjs/bull';
import type { Queue } from 'bull';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { Clock } from '../../src/config/settings.module';
import { Transactions } from '../../src/database/transactions';
import { DmsPassportStream } from '../../src/dms-passport';
import { type Job, JobRegistry, JobWorkers, WakeUps } from '../../src/jobs';
import { RegisterLimiter } from '../../src/mvs-trembita';
import { type AnswerName, type Sandbox, startSandbox } from '../../tools/sandbox';
import { emptyTables, type FreshDatabase, freshDatabase } from './database';
import { type FreshRedis, freshRedis } from './redis';
import { Program, type ProgramChoices } from './program';
import { Session } from './sql-session';
import { waitUntil } from './wait-until';

/** The job that is tested unless another one is named. */
export const JOB = DmsPassportStream.JOB;

/** A run that is over. */
export interface EndedRun {
  readonly id: string;
  readonly status: string;
  readonly counts: Readonly<Record<string, number>>;
}

/** Which run: of which job, by hand or for a scheduled tick. */
interface HowToRun {
  readonly job?: string;
  readonly tick?: Date | null;
}

type Environment = NonNullable<ProgramChoices['environment']>;

/**
 * A database, a Redis, a register and the program that works with them: all a test needs to see the job at work, from
 * the wake-up job in the queue to the rows in the tables.
 */
export class TestEnvironment {
  database!: FreshDatabase;
  redis!: FreshRedis;
  register!: Sandbox;
  /** A session as superuser, for what is looked at and made up. */
  sql!: Session;
  private readonly sessions: Session[] = [];
  private readonly programs: Program[] = [];
  private passports = 100_000;
  private unzrs = 10_000;

  private constructor(
    private readonly environment: Environment,
    private readonly clock: Clock | undefined,
  ) {}

  static async start(environment: Environment = {}, clock?: Clock): Promise<TestEnvironment> {
    const installation = new TestEnvironment(environment, clock);
    await installation.open();
    return installation;
  }

  /**
   * The one of a test file: it starts before the first test, is empty before each and stops after the last. Hooks of
   * the file itself come later, so they find it started and empty.
   */
  static forThisFile(environment: Environment = {}): TestEnvironment {
    const env = new TestEnvironment(environment, undefined);
    beforeAll(() => env.open());
    beforeEach(() => env.clear());
    afterAll(() => env.stop());
    return env;
  }

  private async open(): Promise<void> {
    const servers = await Promise.all([freshDatabase(), freshRedis(), startSandbox()]);
    [this.database, this.redis, this.register] = servers;
    this.sql = await Session.open(this.database.adminUrl);
    await this.startProgram();
  }

  /** The program that was started first. */
  get program(): Program {
    const [program] = this.programs;
    if (program === undefined) throw new Error('No program runs.');
    return program;
  }

  /** Where the servers are, for a program in a process of its own. */
  get servers(): ProgramChoices {
    return {
      databaseUrl: this.database.url,
      redisUrl: this.redis.url,
      registerUrl: this.register.url,
      environment: this.environment,
      ...(this.clock === undefined ? {} : { clock: this.clock }),
    };
  }

  /** One more program beside the others. */
  async startProgram(environment: Environment = {}): Promise<Program> {
    const program = await Program.start({
      ...this.servers,
      environment: { ...this.environment, ...environment },
    });
    this.programs.push(program);
    await this.firstLookOf(program);
    return program;
  }

  /** At its start a program looks for runs by itself. It must not find those that a test begins afterwards. */
  private async firstLookOf(program: Program): Promise<void> {
    const text = `SELECT FROM mpi.job_runs WHERE status = 'RUNNING'`;
    if ((await this.sql.query({ text })).length === 0) await program.get(JobWorkers).idle();
  }

  async stopProgram(program: Program): Promise<void> {
    this.programs.splice(this.programs.indexOf(program), 1);
    await program.stop();
  }

  /**
   * Waits until every program has its share of the permits of the register. The first one takes them all, and an idle
   * one looks for others only now and then.
   */
  async shareRegister(): Promise<void> {
    const limiters = this.programs.map((program) => program.get(RegisterLimiter));
    await waitUntil(
      async () => {
        for (const limiter of limiters) await limiter.join();
        return new Set(limiters.map((limiter) => limiter.capacity())).size === 1;
      },
      { what: 'the places at the register to be shared' },
    );
  }

  /** Transactions as the program opens them. */
  get transactions(): Transactions {
    return this.program.get(Transactions);
  }

  /** One more session, as another program has it. */
  async openSession(): Promise<Session> {
    const session = await Session.open(this.database.adminUrl);
    this.sessions.push(session);
    return session;
  }

  /** A passport nobody holds yet, about which the register gives this answer. */
  passport(answer: AnswerName = 'NOT_FOUND'): string {
    this.passports += 1;
    const number = `КВ${this.passports}`;
    this.register.answer(number, answer);
    return number;
  }

  /** The number of an ID card nobody holds yet. */
  idCard(answer: AnswerName = 'NOT_FOUND'): string {
    this.passports += 1;
    const number = `700${this.passports}`;
    this.register.answer(number, answer);
    return number;
  }

  /** A UNZR nobody bears yet; by default the register confirms it. */
  unzr(answer: AnswerName = 'FOUND'): string {
    this.unzrs += 1;
    const unzr = `19850615-${this.unzrs}`;
    this.register.answer(unzr, answer);
    return unzr;
  }

  /** Forgets everybody and everything, so that the next test begins with nothing. */
  async clear(): Promise<void> {
    this.register.release();
    this.register.mode('normal');
    this.register.forgetAnswers();
    this.register.forgetRequests();
    await emptyTables(this.sql);
  }

  /** Begins a run by hand, or for a scheduled tick, and sends a wake-up. */
  async startRun(how: HowToRun = {}): Promise<string> {
    const runId = await this.startRunSilently(how);
    await this.notify(how.job);
    return runId;
  }

  /** Starts a run without a wake-up. One that an earlier test left behind would find it, so it is waited for. */
  async startRunSilently({ job = JOB, tick = null }: HowToRun = {}): Promise<string> {
    // Without Redis none arrives.
    const pending = () => this.pendingWakeUps(job).catch(() => 0);
    await waitUntil(async () => (await pending()) === 0, { what: 'earlier wake-ups to be over' });
    const text = `
      INSERT INTO mpi.job_runs (job, tick, started_at, started_by, status)
      VALUES ($1, $2, now(), '00000000-0000-4000-8000-000000000001', 'RUNNING') RETURNING id`;
    const [run] = await this.sql.query<{ id: string }>({ text }, [job, tick]);
    return run?.id ?? '';
  }

  /** Sends a wake-up job through the queue. */
  notify(job: string = JOB): Promise<void> {
    return this.program.get(WakeUps).notify(job);
  }

  /** WakeUps that nobody has finished with. */
  async pendingWakeUps(job: string = JOB): Promise<number> {
    const { waiting, active, delayed } = await this.program.get<Queue>(getQueueToken(job)).getJobCounts();
    return waiting + active + delayed;
  }

  /** Waits for the end of a run. */
  ended(runId: string): Promise<EndedRun> {
    const text = `SELECT id, status, counts FROM mpi.job_runs WHERE id = $1 AND status <> 'RUNNING'`;
    return waitUntil(
      async () => (await this.sql.query<EndedRun & Record<string, unknown>>({ text }, [runId]))[0],
      { what: 'the end of the run' },
    );
  }

  /** A whole run. */
  async run(how: HowToRun = {}): Promise<EndedRun> {
    return this.ended(await this.startRun(how));
  }

  /** The job itself, as the program made it. */
  get check(): Job {
    return this.checkOf(JOB);
  }

  checkOf(job: string): Job {
    return this.program.get(JobRegistry).get(job);
  }

  /** What happens when the worker that holds a person seems dead: the lease passes, and its claim is reclaimed. */
  async expireClaimOf(personId: string): Promise<void> {
    const text = `
      UPDATE mpi.verification_claims SET lease_until = now() - interval '1 second'
       WHERE id = (SELECT claim_id FROM mpi.verification_locks WHERE person_id = $1 AND stream = 'dms_passport')`;
    await this.sql.query({ text }, [personId]);
    await this.check.reclaim();
  }

  async stop(): Promise<void> {
    this.register.release();
    await Promise.all(this.programs.map((program) => program.stop()));
    await Promise.all([this.sql, ...this.sessions].map((session) => session.close()));
    await this.register.stop();
    await this.redis.stop();
    await this.database.drop();
  }
}
