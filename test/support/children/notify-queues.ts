import { readSettings, type Environment } from '../../../src/config/read-settings';
import { TestQueue } from '../test-queue';

/** A worker has settings of other servers too; this one calls none of them. */
const NOT_ASKED = { DATABASE_URL: 'postgres://nobody@127.0.0.1/none', TREMBITA_URL: 'http://127.0.0.1/' };
/** The limit of the hook that waits for this process is longer. */
const WITHIN_MS = 40_000;

/**
 * A process that opens the queue of a worker with each of the given environments, and sends a wake-up: see
 * `secured-redis.spec.ts`. Prints `heard` for each environment, or the errors.
 */
async function run(): Promise<void> {
  const environments = JSON.parse(process.argv[2] ?? '[]') as Environment[];
  const ends = await Promise.all(environments.map(ringWith));
  // A queue that was closed may still keep its process for long.
  process.stdout.write(JSON.stringify(ends), () => process.exit());
}

async function ringWith(environment: Environment): Promise<string> {
  const queue = new TestQueue(readSettings({ ...NOT_ASKED, ...environment }, 'worker'));
  try {
    await queue.deliversWakeUp('a wake-up', WITHIN_MS);
    return 'heard';
  } catch {
    return [...new Set(queue.errors.map(String))].join('; ');
  } finally {
    await queue.close();
  }
}

void run();
