import { parseArgs } from 'node:util';
import { ownSettingsOrExit } from '../config/own-settings';
import { migrate, migrateDown } from '../database/data-source';
import { describeError } from '../observability';
import { ExitStatus } from './command';

async function main(): Promise<number> {
  const down = wantsDown();
  if (down === undefined) return ExitStatus.WrongUsage;
  const { DATABASE_URL: url } = ownSettingsOrExit('migrate');
  const done = down ? [await migrateDown(url)].filter((name) => name !== null) : await migrate(url);
  for (const name of done) process.stdout.write(`${down ? 'undone' : 'applied'} ${name}\n`);
  if (done.length === 0) process.stdout.write(down ? 'nothing to undo\n' : 'up to date\n');
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

main().then(
  (status) => process.exit(status),
  (error: unknown) => {
    process.stderr.write(`migration failed: ${JSON.stringify(describeError(error))}\n`);
    process.exit(ExitStatus.Failed);
  },
);
