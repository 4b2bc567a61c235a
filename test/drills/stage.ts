import { migrate } from '../../src/database/data-source';
import { startPostgres, startRedis, type EmbeddedPostgres, type EmbeddedRedis } from '../../tools/embedded';
import { Books } from './books';
import { Child, endAllChildren } from './child';
import { Register } from './register';
import { Scene, type SceneWishes } from './scene';
import { SeededRandom } from './seeded-random';

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
