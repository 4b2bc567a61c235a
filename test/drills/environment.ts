import { type EmbeddedPostgres, type EmbeddedRedis, startPostgres, startRedis } from '../../tools/embedded';
import { Books } from './database';
import { Child, endAllChildren } from './child-process';
import { SETTINGS } from './settings';
import { loadPeople, teachRegister } from './population-loader';
import { MakePeople, type People } from './population';
import { MeasureLag } from './lag-meter';
import { Register } from './register';
import { SeededRandom } from './seeded-random';
import { WatchInvariants } from './invariants';
import { noteBeginning, placeWitness } from './recorder';
import { migrate } from '../../src/database/data-source';

/** What a drill needs to be set up. */
export interface SceneWishes {
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

export interface SceneParts {
  readonly wishes: SceneWishes;
  readonly postgres: EmbeddedPostgres;
  readonly redis: EmbeddedRedis;
  readonly register: Register;
  readonly books: Books;
  readonly appUrl: string;
  readonly random: SeededRandom;
}

/**
 * A span in which a worker lost what it had in hand; without a name all workers did. It is a span and not a moment: on
 * a busy machine the drill learns of an end long after it.
 */
export interface Crash {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly worker?: string;
}

/** A door with its two addresses, or a worker with its one. */
export interface Opened {
  readonly child: Child;
  readonly publicUrl: string;
  readonly internalUrl: string;
}

/** How one program of a drill differs from the others. */
export interface ProgramWishes {
  readonly args?: readonly string[];
  readonly settings?: Readonly<Record<string, string>>;
  readonly preload?: string;
  readonly through?: readonly string[];
}

/** One drill's own world: its database, its people, and every program it started. */
export class Scene {
  /** Moments at which work in hand was lost. */
  readonly crashes: Crash[] = [];
  people: People = NOBODY;
  private readonly children: Child[] = [];
  private readonly lag = new MeasureLag();
  private startedPrograms = 0;

  private constructor(
    private readonly parts: SceneParts,
    readonly startedAt: string,
    private readonly watch: WatchInvariants,
  ) {}

  static async set(parts: SceneParts): Promise<Scene> {
    const { books, wishes } = parts;
    await placeWitness(books);
    const [now] = await books.look<{ at: Date }>('SELECT now() AS at');
    const startedAt = (now?.at ?? new Date()).toISOString();
    const watch = new WatchInvariants(books, startedAt);
    const scene = new Scene(parts, startedAt, watch);
    scene.lag.start();
    scene.people = new MakePeople(parts.random).run(wishes);
    await loadPeople(books, scene.people);
    await noteBeginning(books);
    await teachRegister(scene.register, scene.people);
    // Where nobody is checked, there is nothing to watch.
    if (wishes.persons > 0) watch.start();
    return scene;
  }

  get books(): Books {
    return this.parts.books;
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

  get fallen(): readonly Child[] {
    return this.children.filter(({ hasFallen }) => hasFallen);
  }

  /** Where the program logs in. */
  get appUrl(): string {
    return this.parts.appUrl;
  }

  /** How long the machine stood still at worst since the scene was set. */
  get lagMs(): number {
    return this.lag.ms;
  }

  /** Starts a worker and waits until it listens. Its name stands in the history as well. */
  worker(wishes: ProgramWishes = {}): Promise<Opened> {
    return this.open('worker', 'dist/src/worker.js', wishes);
  }

  async workers(count: number): Promise<Opened[]> {
    return Promise.all(Array.from({ length: count }, () => this.worker()));
  }

  /** Starts the HTTP door. */
  door(wishes: ProgramWishes = {}): Promise<Opened> {
    return this.open('door', 'dist/src/main.js', wishes);
  }

  /** Starts another program with the settings of this drill; without waiting for it. */
  program(name: string, file: string, { settings: own, ...how }: ProgramWishes = {}): Child {
    this.startedPrograms += 1;
    const called = `${name}_${this.startedPrograms}`;
    const { appUrl, redis, wishes } = this.parts;
    const settings = {
      ...SETTINGS,
      ...wishes.settings,
      ...own,
      DATABASE_URL: `${appUrl}?application_name=${called}`,
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
    await this.books.close();
  }

  private async open(name: string, file: string, wishes: ProgramWishes): Promise<Opened> {
    const child = this.program(name, file, wishes);
    const urls = await child.hear(listening);
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

/** The one log line that tells where a door is open. */
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
export class Stage {
  private scenes = 0;
  private register: Register | undefined;

  private constructor(
    readonly postgres: EmbeddedPostgres,
    readonly redis: EmbeddedRedis,
    private readonly seed: string,
  ) {}

  static async open(seed: string, tell: (sentence: string) => void): Promise<Stage> {
    const postgres = await startPostgres({ nodeEnv: 'test', durable: false, log: tell });
    try {
      const redis = await startRedis({
        nodeEnv: 'test',
        log: tell,
        cacheHome: process.env['XDG_CACHE_HOME'],
      });
      const stage = new Stage(postgres, redis, seed);
      await stage.layOut();
      return stage;
    } catch (error) {
      endAllChildren();
      await postgres.stop();
      throw error;
    }
  }

  /** Sets up one drill: database, witness, register, persons. */
  async scene(wishes: SceneWishes): Promise<Scene> {
    this.scenes += 1;
    const name = `drill_${this.scenes}`;
    await this.mend();
    const register = await this.freshRegister(wishes.latencyMs);
    await this.asAdmin(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
    return Scene.set({
      wishes,
      postgres: this.postgres,
      redis: this.redis,
      register,
      books: new Books(this.postgres.databaseUrl(name)),
      appUrl: this.postgres.databaseUrl(name, LOGIN),
      random: new SeededRandom(`${this.seed} ${wishes.name}`),
    });
  }

  async close(): Promise<void> {
    endAllChildren();
    await this.redis.stop();
    await this.postgres.stop();
  }

  /** A drill that fell may have left its servers broken; the next one must not fall over that. */
  private async mend(): Promise<void> {
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
    this.register = new Register(await sandbox.hear((line) => /^http:\S+/.exec(line)?.[0]));
    await this.register.forget(latencyMs);
    return this.register;
  }

  private async layOut(): Promise<void> {
    await this.asAdmin(`CREATE DATABASE ${TEMPLATE}`);
    await migrate(this.postgres.databaseUrl(TEMPLATE));
    await this.asAdmin(`CREATE ROLE ${LOGIN} LOGIN IN ROLE app`);
  }

  private async asAdmin(statement: string): Promise<void> {
    const books = new Books(this.postgres.url);
    try {
      await books.write(statement);
    } finally {
      await books.close();
    }
  }
}
