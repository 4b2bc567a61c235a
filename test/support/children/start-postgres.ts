import { startPostgres } from '../../../tools/embedded';

/** A program that starts a server, prints where it is, and waits to be killed: see `embedded-postgres.spec.ts`. */
async function run(): Promise<void> {
  const postgres = await startPostgres({ nodeEnv: 'test', durable: false });
  process.stdout.write(`${JSON.stringify({ pid: postgres.pid, logFile: postgres.logFile })}\n`);
  setInterval(() => undefined, 60_000);
}

void run();
