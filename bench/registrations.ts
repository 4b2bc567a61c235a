import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestAuthority } from '../tools/test-authority';
import { BareChecks } from './bare-checks';
import { BareInserts } from './bare-inserts';
import { type ApiServer, startApiServer } from './api-server';
import { makeApplicants, type ReadySignUp, SignUps } from './sign-ups';
import { onDatabase, type BenchEnvironment } from './environment';
import type { Terms } from './terms';
import { transactionNumber, type WrittenRows, writtenSince } from './written-rows';

/** Rates a second. The references are measured before the first round, between rounds, and after the last. */
export interface Registrations {
  readonly registrations: number[];
  readonly checks: number[];
  readonly inserts: number[];
  /** What the API process sent to PostgreSQL for one registration. */
  readonly statements: number[];
}

/** Enough that no core waits for a disk; more would only wait for one another. */
export const IN_FLIGHT_PER_CORE = 4;

interface Paths {
  readonly databaseUrl: string;
  readonly bareUrl: string;
  readonly folder: string;
}

/** The API process as an operator starts it. Nothing is left behind. */
export async function runRegistrations(environment: BenchEnvironment, terms: Terms): Promise<Registrations> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-sign-ups-'));
  try {
    const databaseUrl = await environment.database('bench_sign_ups', 'bench_world');
    await onDatabase(databaseUrl, makeApplicants);
    const bareUrl = await environment.database('bench_sign_ups_bare', 'bench_sign_ups');
    return await inRounds(environment, terms, { databaseUrl, bareUrl, folder });
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await environment.drop('bench_sign_ups');
    await environment.drop('bench_sign_ups_bare');
  }
}

/** Those who are measured in turns. */
interface Measuring {
  readonly api: ApiServer;
  readonly checks: BareChecks;
  readonly inserts: BareInserts;
  readonly databaseUrl: string;
  readonly inFlight: number;
}

async function measuring(
  environment: BenchEnvironment,
  paths: Paths,
  authority: TestAuthority,
): Promise<Measuring> {
  const { databaseUrl, bareUrl, folder } = paths;
  const trustedFile = join(folder, 'trusted.pem');
  writeFileSync(trustedFile, authority.trustedPem);
  const mediaFolder = join(folder, 'media');
  const inFlight = IN_FLIGHT_PER_CORE * environment.cores;
  return {
    api: await startApiServer({ databaseUrl, redisUrl: environment.redis.url, trustedFile, mediaFolder }),
    checks: new BareChecks(authority.trustedPem),
    inserts: await BareInserts.open(bareUrl, inFlight),
    databaseUrl,
    inFlight,
  };
}

async function inRounds(environment: BenchEnvironment, terms: Terms, paths: Paths): Promise<Registrations> {
  const authority = TestAuthority.make({ nodeEnv: 'development' });
  const signUps = await signedBeforehand(
    authority,
    paths.databaseUrl,
    (terms.rounds + 1) * terms.registrations,
  );
  const next = (): ReadySignUp[] => signUps.splice(0, terms.registrations);
  const { api, checks, inserts, ...where } = await measuring(environment, paths, authority);
  const measured: Registrations = { registrations: [], checks: [], inserts: [], statements: [] };
  const bare = async ({ sent, rows }: Registered): Promise<void> => {
    measured.checks.push(await checks.run(sent, where.inFlight));
    measured.inserts.push(await inserts.run(rows));
  };
  try {
    const first = await register(api, where, next());
    // Threads are ready and plans are made before anything is counted.
    const warm = 2 * where.inFlight;
    await checks.run(first.sent.slice(0, warm), where.inFlight);
    await inserts.run(first.rows.slice(0, warm));
    await bare({ ...first, rows: first.rows.slice(warm) });
    for (let round = 0; round < terms.rounds; round += 1) {
      const registered = await register(api, where, next());
      measured.registrations.push(registered.perSecond);
      measured.statements.push(registered.statements);
      await bare(registered);
    }
    return measured;
  } finally {
    await Promise.all([api.stop(), checks.close(), inserts.close()]);
  }
}

/** A round of registrations, and its results. */
interface Registered {
  readonly sent: readonly ReadySignUp[];
  readonly perSecond: number;
  readonly statements: number;
  readonly rows: readonly WrittenRows[];
}

async function register(
  api: ApiServer,
  { databaseUrl, inFlight }: Pick<Measuring, 'databaseUrl' | 'inFlight'>,
  sent: readonly ReadySignUp[],
): Promise<Registered> {
  return onDatabase(databaseUrl, async (client) => {
    const number = await transactionNumber(client);
    const before = await api.statements();
    const perSecond = await api.register(sent, inFlight);
    const statements = ((await api.statements()) - before) / sent.length;
    const rows = await writtenSince(client, number);
    if (rows.length !== sent.length) throw new Error('Registrations are not one transaction each.');
    return { sent, perSecond, statements, rows };
  });
}

/** Signs for so many applicants, each for another child. */
export async function signedBeforehand(
  authority: TestAuthority,
  url: string,
  n: number,
): Promise<ReadySignUp[]> {
  const signUps = new SignUps(authority);
  const ready: ReadySignUp[] = [];
  const applicants = await onDatabase(url, (client) => SignUps.applicants(client, n));
  for (const applicant of applicants) ready.push(await signUps.ready(applicant));
  return ready;
}
