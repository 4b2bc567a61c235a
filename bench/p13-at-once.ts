import { setTimeout as wait } from 'node:timers/promises';
import { NestFactory } from '@nestjs/core';
import type { INestApplicationContext } from '@nestjs/common';
import { ApiModule } from '../src/api.module';
import { provideSettings } from '../src/config/own-settings';
import { readSettings } from '../src/config/read-settings';
import { Transactions } from '../src/database/transactions';
import { type Sandbox, startSandbox } from '../tools/sandbox';
import { UncheckedInput } from '../src/http';
import { StreamRestartService } from '../src/verifications';
import { RepeatDto } from '../src/verifications/admin/verification.dto';
import type { Goal, Measured } from './goal';
import { makeDue } from './rows';
import { onDatabase, type BenchEnvironment } from './environment';
import { median } from './statistics';
import { sweep } from './sweep';
import type { Terms } from './terms';
import { startWorker } from './worker';

const LATENCY_MS = 50;
/** So many calls of the sweep are always under way, and twice as many wait behind them. */
const CONCURRENCY = 40;
const ACTOR = '00000000-0000-4000-8000-000000000001';
/** Between two requests, by chance up to twice this: they must not keep step with the sweep. */
const PAUSE_MS = 20;

const goal = (what: string): Goal => ({
  id: 'P13',
  what: `first call for a person ${what}, p99`,
  unit: 'ms above L',
  must: { atMost: 1000 },
  aim: { atMost: 50 },
});

const WAYS = ['changed', 're-queued'] as const;
type Way = (typeof WAYS)[number];

interface Person {
  readonly id: string;
  readonly passport: string;
}

/** Everything a request is made with; the register is in this process, so that one clock measures both. */
interface ImmediateCheckClient {
  readonly app: INestApplicationContext;
  readonly register: Sandbox;
}

/** From before the request is written to the arrival of its call at the register, while a run uses every permit. */
export async function measureAtOnce(environment: BenchEnvironment, terms: Terms): Promise<Measured> {
  const databaseUrl = await environment.database('bench_at_once', 'bench_world');
  const register = await startSandbox({ latencyMs: LATENCY_MS });
  const app = await openApp(databaseUrl, environment.redis.url, register.url);
  const worker = await startWorker({
    databaseUrl,
    redisUrl: environment.redis.url,
    registerUrl: register.url,
    concurrency: CONCURRENCY,
    concurrencyPerWorker: CONCURRENCY,
  });
  const rounds: Record<Way, number[][]> = { changed: [], 're-queued': [] };
  try {
    for (let round = 0; round < terms.rounds; round += 1) {
      const times = await duringSweep({ app, register }, environment, {
        databaseUrl,
        requests: terms.atOnceRequests,
      });
      for (const way of WAYS) rounds[way].push(times[way]);
    }
  } finally {
    await worker.stop();
    await app.close();
    await register.stop();
    await environment.drop('bench_at_once');
  }
  return {
    figures: WAYS.map((way) => ({
      goal: goal(`${way} with "run"`),
      rounds: rounds[way].map((times) => percentile99(times) - LATENCY_MS),
      detail: `median ${median(rounds[way].flat()).toFixed(0)} ms, ${rounds[way].flat().length} requests`,
    })),
    references: [],
    notes: [
      `P13: ${CONCURRENCY} calls of a running sweep of L = ${LATENCY_MS} ms at once, ${2 * CONCURRENCY} persons waiting behind them; one request after the other.`,
    ],
  };
}

/** As the API process does it: the services, and wake-ups through Redis. */
async function openApp(databaseUrl: string, redisUrl: string, registerUrl: string) {
  const settings = readSettings(
    { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, TREMBITA_URL: registerUrl, NODE_ENV: 'development' },
    'http',
  );
  provideSettings({ ...settings, LOG_LEVEL: 'silent' });
  return NestFactory.createApplicationContext(ApiModule, {
    logger: false,
    abortOnError: false,
  });
}

interface Round {
  readonly databaseUrl: string;
  readonly requests: number;
}

async function duringSweep(
  client: ImmediateCheckClient,
  environment: BenchEnvironment,
  { databaseUrl, requests }: Round,
): Promise<Record<Way, number[]>> {
  // The sweep lasts longer than the requests: a request takes less than a tenth of a second, the pause included.
  const due = Math.ceil((requests / 10) * 1.5 * CONCURRENCY * (1000 / LATENCY_MS));
  await onDatabase(databaseUrl, (client) => makeDue(client, due));
  const persons = await checkedPersons(databaseUrl, requests);
  const times: Record<Way, number[]> = { changed: [], 're-queued': [] };
  let isOver = false;
  const swept = sweep(databaseUrl, environment.redis.url, () => Promise.resolve()).finally(
    () => (isOver = true),
  );
  await client.register.waitForRequests(CONCURRENCY * 4);
  for (const [index, person] of persons.entries()) {
    if (isOver) break;
    const way = WAYS[index % WAYS.length] ?? 'changed';
    times[way].push(await timeOf(client, person, way));
    await wait(Math.random() * 2 * PAUSE_MS);
  }
  await swept;
  if (times.changed.length < requests / 4) throw new Error('The sweep was too short to be measured under.');
  return times;
}

/** People a sweep does not look for. */
function checkedPersons(databaseUrl: string, count: number): Promise<Person[]> {
  return onDatabase(databaseUrl, async (client) => {
    const { rows } = await client.query<Person>(
      `SELECT v.person_id AS id, d.number AS passport
         FROM mpi.person_verifications AS v JOIN mpi.person_documents AS d USING (person_id)
        WHERE v.dms_passport_verification_status = 'VERIFIED' AND v.dms_passport_synced_at > now() - interval '30 days'
        LIMIT $1`,
      [count],
    );
    return rows;
  });
}

async function timeOf(
  { app, register }: ImmediateCheckClient,
  { id, passport }: Person,
  way: Way,
): Promise<number> {
  register.forgetRequests();
  const arrived = register.waitForRequests(1, passport);
  const askedAtMs = performance.timeOrigin + performance.now();
  await (way === 'changed' ? change(app, id) : requeue(app, id));
  await arrived;
  return (register.requestsFor(passport)[0]?.atMs ?? NaN) - askedAtMs;
}

async function requeue(app: INestApplicationContext, personId: string): Promise<void> {
  const asked = new UncheckedInput(RepeatDto, { status: 'VERIFICATION_NEEDED', run: true });
  const restarts = app.get(StreamRestartService, { strict: false });
  await restarts.requeue({ personId, stream: 'dms_passport', actorId: ACTOR, asked });
}

async function change(app: INestApplicationContext, personId: string): Promise<void> {
  const restarts = app.get(StreamRestartService, { strict: false });
  await app
    .get(Transactions, { strict: false })
    .inTransaction((sql) => restarts.onDataChanged(sql, { personId, actorId: ACTOR, run: true }));
  await restarts.notify();
}

function percentile99(times: readonly number[]): number {
  const sorted = [...times].sort((one, other) => one - other);
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? NaN;
}
