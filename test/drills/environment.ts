import { type EmbeddedPostgres, type EmbeddedRedis, startPostgres, startRedis } from '../../tools/embedded';
import { DrillDatabase } from './database';
import { Child, endAllChildren } from './child-program';
import { SETTINGS } from './settings';
import { loadPeople, loadRegister } from './population-loader';
import { MakePeople, type People } from './population';
import { MeasureLag } from './lag-meter';
import { Register } from './register';
import { SeededRandom } from './seeded-random';
import { WatchInvariants } from './invariants';
import { recordStart, installRecorder } from './recorder';
import { migrate } from '../../src/database/data-source';

/** What a drill needs to be set up. */
export interface EnvironmentOptions {
  readonly name: string;
  readonly persons: number;
  /** Nearly all of them share their passports with others. */
  readonly sharing?: boolean;
  /** Parties are asked about as well. */
  readonly partiesToo?: boolean;
  /** Passport numbers kept back for edits, of each sort. */
  readonly spare?: number;
  readonly latencyMs: number;
  /** On top of the settings of all drills. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface EnvironmentParts {
  readonly options: EnvironmentOptions;
  readonly postgres: EmbeddedPostgres;
  readonly redis: EmbeddedRedis;
  readonly register: Register;
  readonly database: DrillDatabase;
  readonly appUrl: string;
  readonly random: SeededRandom;
}

/**
 * A span in which a worker lost its work in flight; without a name all workers did. It is a span and not a moment: on
 * a busy machine the drill learns of an end long after it.
 */
export interface Crash {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly worker?: string;
}

/** An HTTP server with its two addresses, or a worker with its one. */
export interface Opened {
  readonly child: Child;
  readonly publicUrl: string;
  readonly internalUrl: string;
}

/** How one program of a drill differs from the others. */
export interface ProgramOptions {
  readonly args?: readonly string[];
  readonly settings?: Readonly<Record<string, string>>;
  readonly preload?: string;
  readonly through?: readonly string[];
  /** Another way to the database of the drill, or the owner's login for a program that writes what ours may not. */
  readonly databaseUrl?: string;
}

/** One drill's own world: its database, its people, and every program it started. */
export class DrillEnvironment {
  /** Moments at which work in flight was lost. */
  readonly crashes: Crash[] = [];
  people: People = NOBODY;
  private readonly children: Child[] = [];
  private readonly lag = new MeasureLag();
  private startedPrograms = 0;

  private constructor(
    private readonly parts: EnvironmentParts,
    readonly startedAt: string,
    private readonly watch: WatchInvariants,
  ) {}

  static async set(parts: EnvironmentParts): Promise<DrillEnvironment> {
    const { database, options } = parts;
    await installRecorder(database);
    const [now] = await database.look<{ at: Date }>('SELECT now() AS at');
    const startedAt = (now?.at ?? new Date()).toISOString();
    const watch = new WatchInvariants(database, startedAt);
    const environment = new DrillEnvironment(parts, startedAt, watch);
    environment.lag.start();
    environment.people = new MakePeople(parts.random).run(options);
    await loadPeople(database, environment.people);
    await recordStart(database);
    await loadRegister(environment.register, environment.people);
    // Where nobody is checked, there is nothing to watch.
    if (options.persons > 0) watch.start();
    return environment;
  }

  get database(): DrillDatabase {
    return this.parts.database;
  }

  get register(): Register {
    return this.parts.register;
  }

  get postgres(): EmbeddedPostgres {
    return this.parts.postgres;
  }

  get redis(): EmbeddedRedis {
    return this.parts.redis;
  }

  get random(): SeededRandom {
    return this.parts.random;
  }

  get crashedChildren(): readonly Child[] {
    return this.children.filter(({ hasCrashed }) => hasCrashed);
  }

  /** Where the program logs in. */
  get appUrl(): string {
    return this.parts.appUrl;
  }

  /** The longest stall of the machine since the environment was set up. */
  get lagMs(): number {
    return this.lag.ms;
  }

  /** Starts a worker and waits until it listens. Its name is in the history as well. */
  worker(options: ProgramOptions = {}): Promise<Opened> {
    return this.open('worker', 'dist/src/worker.js', options);
  }

  async workers(count: number): Promise<Opened[]> {
    return Promise.all(Array.from({ length: count }, () => this.worker()));
  }

  /** Starts the HTTP server. */
  server(options: ProgramOptions = {}): Promise<Opened> {
    return this.open('server', 'dist/src/main.js', options);
  }

  /** Starts another program with the settings of this drill; without waiting for it. */
  program(name: string, file: string, { settings: own, databaseUrl, ...how }: ProgramOptions = {}): Child {
    this.startedPrograms += 1;
    const called = `${name}_${this.startedPrograms}`;
    const { appUrl, redis, options } = this.parts;
    const settings = {
      ...SETTINGS,
      ...options.settings,
      ...own,
      DATABASE_URL: `${databaseUrl ?? appUrl}?application_name=${called}`,
      REDIS_URL: redis.url,
      TREMBITA_URL: this.register.url,
    };
    const child = Child.start({ name: called, file, settings, ...how });
    this.children.push(child);
    return child;
  }

  /** Ends the watch; gives what it saw. */
  async invariantsSeenBroken(): Promise<readonly string[]> {
    return this.watch.stop();
  }

  async close(): Promise<void> {
    this.lag.stop();
    await Promise.all(this.children.map((child) => child.end('SIGKILL')));
    // A drill that fell may have left PostgreSQL in a state in which nothing can be looked at any more.
    await this.watch.stop().catch(() => undefined);
    await this.database.close();
  }

  private async open(name: string, file: string, options: ProgramOptions): Promise<Opened> {
    const child = this.program(name, file, options);
    const urls = await child.firstMatch(listening);
    return { child, ...urls };
  }
}

const NOBODY: People = {
  persons: [],
  parties: [],
  partiesToo: false,
  spare: { found: [], notFound: [] },
  truths: { found: new Set(), failing: new Map(), hopeless: new Map() },
};

/** The log line with the addresses of a program. */
function listening(line: string): { publicUrl: string; internalUrl: string } | undefined {
  if (!line.includes('"listening"')) return undefined;
  const { public_url: publicUrl = '', internal_url: internalUrl = '' } = JSON.parse(line) as Record<
    string,
    string
  >;
  return { publicUrl, internalUrl };
}

const TEMPLATE = 'drill_template';

/** May do what the program may do and no more. */
const LOGIN = 'drill_app';

/** What all drills share: the servers, with a database for each drill, and the register; both forget between drills. */
export class SharedServers {
  private environments = 0;
  private register: Register | undefined;

  private constructor(
    readonly postgres: EmbeddedPostgres,
    readonly redis: EmbeddedRedis,
    private readonly seed: string,
  ) {}

  static async open(seed: string, print: (sentence: string) => void): Promise<SharedServers> {
    const postgres = await startPostgres({ nodeEnv: 'test', durable: false, log: print });
    try {
      const redis = await startRedis({
        nodeEnv: 'test',
        log: print,
        cacheHome: process.env['XDG_CACHE_HOME'],
      });
      const sharedServers = new SharedServers(postgres, redis, seed);
      await sharedServers.prepareTemplate();
      return sharedServers;
    } catch (error) {
      endAllChildren();
      await postgres.stop();
      throw error;
    }
  }

  /** Sets up one drill: database, recorder, register, persons. */
  async environment(options: EnvironmentOptions): Promise<DrillEnvironment> {
    this.environments += 1;
    const name = `drill_${this.environments}`;
    await this.repair();
    const register = await this.freshRegister(options.latencyMs);
    await this.asAdmin(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
    return DrillEnvironment.set({
      options,
      postgres: this.postgres,
      redis: this.redis,
      register,
      database: new DrillDatabase(this.postgres.databaseUrl(name)),
      appUrl: this.postgres.databaseUrl(name, LOGIN),
      random: new SeededRandom(`${this.seed} ${options.name}`),
    });
  }

  async close(): Promise<void> {
    endAllChildren();
    await this.redis.stop();
    await this.postgres.stop();
  }

  /** A drill that fell may have left its servers broken; the next one must not fall over that. */
  private async repair(): Promise<void> {
    await this.asAdmin('SELECT 1').catch(() => this.postgres.restart('immediate'));
    await this.redis.flushAll().catch(() => this.redis.restart());
  }

  private async freshRegister(latencyMs: number): Promise<Register> {
    try {
      if (this.register !== undefined) {
        await this.register.forget(latencyMs);
        return this.register;
      }
    } catch {
      // It is gone: another one takes its place.
    }
    const sandbox = Child.start({ name: 'sandbox', file: 'tools/sandbox/main.ts', args: ['--port', '0'] });
    this.register = new Register(await sandbox.firstMatch((line) => /^http:\S+/.exec(line)?.[0]));
    await this.register.forget(latencyMs);
    return this.register;
  }

  private async prepareTemplate(): Promise<void> {
    await this.asAdmin(`CREATE DATABASE ${TEMPLATE}`);
    await migrate(this.postgres.databaseUrl(TEMPLATE));
    await this.asAdmin(`CREATE ROLE ${LOGIN} LOGIN IN ROLE app`);
  }

  private async asAdmin(statement: string): Promise<void> {
    const database = new DrillDatabase(this.postgres.url);
    try {
      await database.write(statement);
    } finally {
      await database.close();
    }
  }
}
