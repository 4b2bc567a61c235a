import { ConfigurationFault } from '../../src/config/configuration-fault';
import type { SettingsFor } from '../../src/config/env';
import { startPostgres, startRedis } from '../embedded';
import { ChildProgram } from './child-program';
import { DemoFailed } from './demo-failed';
import { borrowDatabase, createOwnDatabase } from './own-database';
import type { TearDown } from './tear-down';

/** Where the servers of the demo are. */
export interface ServerUrls {
  readonly DATABASE_URL: string;
  readonly REDIS_URL: string;
  readonly TREMBITA_URL: string;
}

export interface ServersToStart {
  readonly settings: SettingsFor<'demo'>;
  readonly tearDown: TearDown;
  readonly tell: (sentence: string) => void;
}

/**
 * How long the sandbox takes for an answer, in milliseconds: a quick register, and with twenty calls at a time a run
 * of two thousand persons that one can watch.
 */
const LATENCY_MS = 50;
/** The sandbox has nothing to write; it goes at once. */
const STOP_WITHIN_MS = 5_000;
const LOOK_WITHIN_MS = 5_000;

/** Starts each server whose address is not set, all at the same time, and prepares the database. */
export async function startServers(wanted: ServersToStart): Promise<ServerUrls> {
  const started = [database(wanted), redis(wanted), register(wanted)] as const;
  // All of them are waited for, so that the tear-down knows of every one that did start.
  await Promise.allSettled(started);
  const [databaseUrl, redisUrl, trembitaUrl] = await Promise.all(started);
  return { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, TREMBITA_URL: trembitaUrl };
}

async function database({ settings, tearDown, tell }: ServersToStart): Promise<string> {
  if (settings.DATABASE_URL !== undefined) return borrowDatabase(settings.DATABASE_URL, tearDown);
  const postgres = await startPostgres({ nodeEnv: settings.NODE_ENV, durable: false, log: tell }).catch(
    explain,
  );
  tearDown.later(() => postgres.stop());
  return createOwnDatabase(postgres);
}

async function redis({ settings, tearDown, tell }: ServersToStart): Promise<string> {
  if (settings.REDIS_URL !== undefined) return settings.REDIS_URL;
  const server = await startRedis({ nodeEnv: settings.NODE_ENV, log: tell }).catch(explain);
  tearDown.later(() => server.stop());
  return server.url;
}

async function register({ settings, tearDown, tell }: ServersToStart): Promise<string> {
  if (settings.TREMBITA_URL !== undefined) return onlyASandbox(settings.TREMBITA_URL);
  let heard: (url: string) => void = () => undefined;
  const address = new Promise<string>((resolve) => (heard = resolve));
  const sandbox = ChildProgram.start({
    file: 'tools/sandbox/main.ts',
    args: ['--port', '0', '--latency-ms', String(LATENCY_MS)],
    hearOutput: heard,
    hearErrors: () => undefined,
  });
  tearDown.later(() => sandbox.stop(STOP_WITHIN_MS));
  const url = await Promise.race([address, sandbox.broken()]);
  tell(`Sandbox register answers at ${url}`);
  return url;
}

/** Made-up passports must not be asked of a real register. */
async function onlyASandbox(url: string): Promise<string> {
  const answer = await fetch(new URL('/control', url), { signal: AbortSignal.timeout(LOOK_WITHIN_MS) }).catch(
    () => undefined,
  );
  if (answer?.headers.get('x-sandbox') === '1') return url;
  const says = 'must name a running sandbox register, or nothing: then the demo brings its own';
  throw new ConfigurationFault([{ name: 'TREMBITA_URL', says }]);
}

/** What the embedded servers say about a failed start knows of no person, and without it nobody could mend it. */
function explain(error: unknown): never {
  throw new DemoFailed(error instanceof Error ? error.message : 'An embedded server did not start.');
}
