import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestAuthority } from '../tools/test-authority';
import { startApiServer } from './api-server';
import { type BenchEnvironment, onDatabase } from './environment';
import type { Goal, Measured } from './goal';
import { HostileAddress } from './hostile-address';
import { IN_FLIGHT_PER_CORE, signedBeforehand } from './registrations';
import { makeApplicants } from './sign-ups';
import { median, ratios } from './statistics';
import type { Terms } from './terms';

const ALONE = 'alone';
const GOAL: Goal = {
  id: 'H1',
  what: 'honest sign-ups beside a hostile address',
  unit: '× alone',
  must: { atLeast: 0.7 },
  aim: { atLeast: 0.9 },
};

/** The limits of an installation, for addresses that a proxy names. */
const LIMITS = {
  HTTP_TRUSTED_PROXIES: '1',
  SIGN_UP_REQUESTS_PER_MINUTE: '60',
  SIGNATURE_SECONDS_PER_MINUTE: '6',
};

/** Honest registrations a second, without and with a hostile address beside them, in turns. */
interface Rates {
  readonly alone: number[];
  readonly beside: number[];
  readonly answers: ReadonlyMap<number, number>;
}

export async function measureHostileAddress(environment: BenchEnvironment, terms: Terms): Promise<Measured> {
  const { alone, beside, answers } = await measureRates(environment, terms);
  const counts = [...answers].map(([status, count]) => `${count} × ${status}`).join(', ');
  return {
    figures: [
      {
        goal: GOAL,
        reference: ALONE,
        rounds: ratios(beside, alone),
        detail: `${median(beside).toFixed(1)} registrations/s, alone ${median(alone).toFixed(1)}/s`,
      },
    ],
    references: [{ symbol: ALONE, unit: 'registrations/s', values: alone }],
    notes: [
      'H1: registrations as in S1, each from an address of its own. The hostile address sends 20 requests a second: eight forged ' +
        `DSTU certificates, 2 MiB of brackets to a sign-up and to no call; and 32 bodies by halves. It was answered ${counts}.`,
    ],
  };
}

async function measureRates(environment: BenchEnvironment, terms: Terms): Promise<Rates> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-hostile-'));
  try {
    const databaseUrl = await environment.database('bench_hostile', 'bench_world');
    await onDatabase(databaseUrl, makeApplicants);
    return await inRounds(environment, terms, { databaseUrl, folder });
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await environment.drop('bench_hostile');
  }
}

async function inRounds(
  environment: BenchEnvironment,
  terms: Terms,
  { databaseUrl, folder }: { readonly databaseUrl: string; readonly folder: string },
): Promise<Rates> {
  const authority = TestAuthority.make({ nodeEnv: 'development' });
  const perRound = 2 * terms.registrations;
  const signUps = await signedBeforehand(authority, databaseUrl, (2 * terms.rounds + 2) * perRound);
  const trustedFile = join(folder, 'trusted.pem');
  writeFileSync(trustedFile, authority.trustedPem);
  const api = await startApiServer({
    databaseUrl,
    redisUrl: environment.redis.url,
    trustedFile,
    mediaFolder: join(folder, 'media'),
    variables: LIMITS,
  });
  const hostile = new HostileAddress(api.publicUrl);
  const round = (): Promise<number> =>
    api.register(signUps.splice(0, perRound), IN_FLIGHT_PER_CORE * environment.cores);
  const rates = { alone: [] as number[], beside: [] as number[] };
  let answers: ReadonlyMap<number, number> = new Map();
  try {
    // Threads are ready and plans are made before anything is counted.
    await round();
    rates.alone.push(await round());
    for (let each = 0; each < terms.rounds; each += 1) {
      hostile.start();
      rates.beside.push(await round());
      answers = await hostile.stop();
      rates.alone.push(await round());
    }
    return { ...rates, answers };
  } finally {
    await hostile.close();
    await api.stop();
  }
}
