import { Pool } from 'undici';
import { startOf, startProgram } from './program';
import { ratePerSecond } from './rate-per-second';
import { type ReadySignUp, SESSION } from './sign-ups';

/** The API process as an operator starts it. */
export interface ApiServer {
  readonly publicUrl: string;
  /** Registers all of them, so many at once, and gives registrations a second. */
  register(signUps: readonly ReadySignUp[], inFlight: number): Promise<number>;
  /** What it has sent to PostgreSQL so far. */
  statements(): Promise<number>;
  stop(): Promise<void>;
}

export interface ApiServerOptions {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly trustedFile: string;
  readonly mediaFolder: string;
  /** What departs from the settings below. */
  readonly variables?: Readonly<Record<string, string>>;
}

const STATEMENTS = /^sql_statements_total (\S+)$/m;

export async function startApiServer(wishes: ApiServerOptions): Promise<ApiServer> {
  const program = startProgram({
    ...startOf('start:http'),
    variables: {
      DATABASE_URL: wishes.databaseUrl,
      REDIS_URL: wishes.redisUrl,
      // A setting of every program; an API process alone asks no register.
      TREMBITA_URL: 'http://127.0.0.1:9/',
      HTTP_PORT: '0',
      INTERNAL_PORT: '0',
      SIGNATURE_TRUSTED_CA_FILE: wishes.trustedFile,
      MEDIA_STORAGE_DIRECTORY: wishes.mediaFolder,
      PIS_SESSION_SECRET: SESSION.PIS_SESSION_SECRET,
      // The limit of one address is far below what an API process can do.
      SIGN_UP_REQUESTS_PER_MINUTE: '1000000',
      SIGNATURE_SECONDS_PER_MINUTE: '100000',
      ...wishes.variables,
    },
  });
  const urls = await program.line('stderr', urlsIn);
  const pool = new Pool(urls.publicUrl, { pipelining: 1 });
  return {
    publicUrl: urls.publicUrl,
    register: (signUps, inFlight) => registerAll(pool, signUps, inFlight),
    statements: async () => {
      const text = await (await fetch(`${urls.internalUrl}/metrics`)).text();
      return Number(STATEMENTS.exec(text)?.[1]);
    },
    stop: async () => {
      await pool.destroy();
      await program.stop();
    },
  };
}

function urlsIn(line: string): { readonly publicUrl: string; readonly internalUrl: string } | undefined {
  const [, publicUrl] = /"public_url":"([^"]+)"/.exec(line) ?? [];
  const [, internalUrl] = /"internal_url":"([^"]+)"/.exec(line) ?? [];
  return publicUrl === undefined || internalUrl === undefined ? undefined : { publicUrl, internalUrl };
}

async function registerAll(pool: Pool, signUps: readonly ReadySignUp[], inFlight: number): Promise<number> {
  return ratePerSecond(signUps, inFlight, async ({ body, address }) => {
    const answer = await pool.request({
      method: 'POST',
      path: '/api/pis/confidant/register',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
      body,
    });
    const text = await answer.body.text();
    if (answer.statusCode !== 201)
      throw new Error(`A registration was answered with ${answer.statusCode}: ${text}`);
  });
}
