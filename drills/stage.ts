import { migrate } from '../src/database/data-source';
import { startPostgres, startRedis, type EmbeddedPostgres, type EmbeddedRedis } from '../src/embedded';
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

  private constructor(
    readonly postgres: EmbeddedPostgres,
    readonly redis: EmbeddedRedis,
    private readonly register: Register,
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
      const sandbox = Child.start({
        name: 'sandbox',
        file: 'src/commands/sandbox.ts',
        args: ['--port', '0'],
      });
      const url = await sandbox.hear((line) => /^http:\S+/.exec(line)?.[0]);
      const stage = new Stage(postgres, redis, new Register(url), seed);
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
    await this.asAdmin(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
    await this.redis.flushAll();
    await this.register.forget(wishes.latencyMs);
    return Scene.set({
      wishes,
      postgres: this.postgres,
      redis: this.redis,
      register: this.register,
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
