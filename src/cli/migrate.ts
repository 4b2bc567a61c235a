import { parseArgs } from 'node:util';
import { ownSettingsOrExit } from '../config/own-settings';
import { migrate, migrateDown } from '../database/data-source';
import { databaseServer, failureKind } from '../database/start-failure';
import { describeError } from '../observability';
import { ExitStatus } from './command';

async function main(): Promise<number> {
  const down = wantsDown();
  if (down === undefined) return ExitStatus.WrongUsage;
  const { DATABASE_URL: url } = ownSettingsOrExit('migrate');
  const done = down ? [await migrateDown(url)].filter((name) => name !== null) : await migrate(url);
  for (const name of done) process.stdout.write(`${down ? 'reverted' : 'applied'} ${name}\n`);
  if (done.length === 0) process.stdout.write(down ? 'nothing to revert\n' : 'up to date\n');
  return ExitStatus.Done;
}

function wantsDown(): boolean | undefined {
  try {
    return parseArgs({ options: { down: { type: 'boolean', default: false } } }).values.down;
  } catch {
    process.stderr.write('usage: npm run migrate [-- --down]\n');
    return undefined;
  }
}

/** What failed, and what to do where we know. */
function adviceOn(error: unknown): string {
  if (failureKind(error) !== 'cannot_connect') return 'migration failed';
  const { host, port, database } = databaseServer(ownSettingsOrExit('migrate').DATABASE_URL);
  return `PostgreSQL at ${host}:${port}, database ${database}, cannot be used: check the server and DATABASE_URL`;
}

main().then(
  (status) => process.exit(status),
  (error: unknown) => {
    process.stderr.write(`${adviceOn(error)}: ${JSON.stringify(describeError(error))}\n`);
    process.exit(ExitStatus.Failed);
  },
);
