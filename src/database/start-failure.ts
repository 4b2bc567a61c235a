import type { INestApplicationContext } from '@nestjs/common';
import { ConfigurationFault } from '../config/read-settings';
import type { Settings } from '../config/settings.schema';
import { Log, type LogFields } from '../observability';
import { DatabaseHealth } from './database-health.service';
import { codeOf } from './sql-errors';

const DEFAULT_PORT = 5432;

/** Of the operating system and of PostgreSQL: no server there, no such database, or the user may not log in. */
const CANNOT_CONNECT = [
  ...['ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN'],
  ...['28000', '28P01', '3D000', '57P03'],
];

/** No such schema, table, column or function. */
const NOT_MIGRATED = ['3F000', '42P01', '42703', '42883'];

/** What a log line may say of the server: never the user or the password. */
export function databaseServer(url: string): Required<Pick<LogFields, 'host' | 'port' | 'database'>> {
  const { hostname, port, pathname } = new URL(url);
  return { host: hostname, port: Number(port || DEFAULT_PORT), database: pathname.slice(1) };
}

/** What an operator is to do about a failure: about the way to PostgreSQL, about its schema, or nothing we know of. */
export function failureKind(error: unknown): 'cannot_connect' | 'not_migrated' | 'other' {
  const code = codeOf(error);
  if (typeof code !== 'string') return 'other';
  if (CANNOT_CONNECT.includes(code)) return 'cannot_connect';
  return NOT_MIGRATED.includes(code) ? 'not_migrated' : 'other';
}

interface ListenError extends NodeJS.ErrnoException {
  readonly address?: string;
  readonly port?: number;
}

/** Logs why a process or a command cannot go on, and what to do. Returns its exit status. */
export function logFatal(log: Log, error: unknown, { DATABASE_URL: url }: Settings): number {
  if (error instanceof ConfigurationFault) {
    process.stderr.write(`${error.message}\n`);
    return error.exitStatus;
  }
  const { syscall, address, port } = (error ?? {}) as ListenError;
  const kind = failureKind(error);
  if (syscall === 'listen') {
    log.fatal('a port cannot be opened: check HTTP_PORT, INTERNAL_PORT and WORKER_INTERNAL_PORT', error, {
      host: address,
      port,
    });
  } else if (kind === 'cannot_connect') {
    log.fatal('PostgreSQL cannot be used: check the server and DATABASE_URL', error, databaseServer(url));
  } else if (kind === 'not_migrated') {
    log.fatal('the schema is not up to date: run `npm run migrate`', error, databaseServer(url));
  } else log.fatal('stopped by an error', error);
  return 1;
}

/** An unmigrated schema does not stop a process: readiness reports it until `npm run migrate` has run. */
export async function warnIfNotMigrated(app: INestApplicationContext, settings: Settings): Promise<void> {
  const isMigrated = await app
    .get(DatabaseHealth, { strict: false })
    .isMigrated()
    .catch(() => true);
  if (isMigrated) return;
  const server = databaseServer(settings.DATABASE_URL);
  app.get(Log, { strict: false }).warn('the schema is not up to date: run `npm run migrate`', server);
}
