import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { SilentNetwork } from '../support/network-proxies';
import { type Drill, runCustomDrill } from './definition';
import type { DrillEnvironment, Opened } from './environment';
import { type FaultReport, type Findings, findings } from './findings';
import { OutageProbe, readinessIs } from './outage-probe';
import { evenPoints, RunPace } from './register';
import { nextFinishedAfter, runEnds, startRun } from './runs';
import { LONG_LEASE, PATIENT_CALLS } from './settings';

const PERSONS = 500;

/** R6: at work again so long after PostgreSQL is back, at the latest. */
const BACK_WITHIN_MS = 30_000;

/** One way in which PostgreSQL is there and serves nobody. */
interface Outage {
  begin(): Promise<unknown>;
  /** Resolves when the program has met the outage; it is over then. */
  isMet(processes: readonly Opened[], probe: OutageProbe): Promise<unknown>;
  end(): Promise<unknown>;
}

/** What a drill does, up to its judgement: a way to PostgreSQL must stay open for that. */
type Play = (environment: DrillEnvironment) => Promise<Findings>;

/** Unready everywhere, and callers are refused. */
const isMetEverywhere: Outage['isMet'] = (processes, probe) =>
  Promise.all([readinessIs(503, processes), probe.refusesMore()]);

function outageDrill(
  drill: Pick<Drill, 'name' | 'code' | 'description'>,
  play: Play,
  settings: Readonly<Record<string, string>> = PATIENT_CALLS,
): Drill {
  return {
    ...drill,
    short: false,
    runDrill: (sharedServers) =>
      runCustomDrill(
        sharedServers,
        { name: drill.name, persons: PERSONS, latencyMs: 100, settings: { ...LONG_LEASE, ...settings } },
        play,
      ),
  };
}

/** The program of one installation, and who calls it. */
interface Installation {
  readonly servers: readonly Opened[];
  readonly workers: readonly Opened[];
}

/** Lets each outage happen in one run of the installation. Nobody is restarted; who was asked to end has ended. */
async function goThrough(
  environment: DrillEnvironment,
  { servers, workers }: Installation,
  outages: readonly Outage[],
): Promise<FaultReport> {
  const { database, register } = environment;
  const probe = await OutageProbe.start(environment, servers);
  const pace = await RunPace.set(register, evenPoints(outages.length, PERSONS * 0.4));
  const runId = await startRun(database);
  let recoveredMs = 0;
  for (const outage of outages) {
    await pace.reached();
    const running = [...servers, ...workers].filter(({ child }) => !child.isEnding);
    const fromMs = Date.now();
    await outage.begin();
    // Answers arrive now, and cannot be written.
    await pace.goOn();
    await outage.isMet(running, probe);
    await outage.end();
    const overAtMs = Date.now();
    environment.crashes.push({ fromMs, untilMs: overAtMs });
    const left = running.filter(({ child }) => !child.isEnding);
    const readyMs = await readinessIs(200, left);
    recoveredMs = Math.max(recoveredMs, readyMs, await nextFinishedAfter(database, overAtMs));
  }
  await runEnds(database, runId);
  const { served, refused, faults } = await probe.stop();
  const isLate = recoveredMs > BACK_WITHIN_MS + environment.lagMs;
  return {
    faults: outages.length,
    recoveredMs,
    notes: [`${refused} calls were refused with 503 with the time to try again, ${served} were served`],
    missed: [...faults, ...(isLate ? [`work stopped for ${recoveredMs} ms`] : [])],
  };
}

/** The same, and the judgement. */
async function playThrough(
  environment: DrillEnvironment,
  installation: Installation,
  outages: readonly Outage[],
): Promise<Findings> {
  return findings(environment, await goThrough(environment, installation, outages));
}

async function install(
  environment: DrillEnvironment,
  count: number,
  databaseUrl?: string,
): Promise<Installation> {
  const way = databaseUrl === undefined ? {} : { databaseUrl };
  const open = (one: 'server' | 'worker'): Promise<Opened[]> =>
    Promise.all(Array.from({ length: count }, () => environment[one](way)));
  const [servers, workers] = await Promise.all([open('server'), open('worker')]);
  return { servers, workers };
}

/** The grace time of those who end in silence; more than a call and five seconds. */
const GRACE_SECONDS = 20;

/** What a process has to leave by itself after its grace time, and what its exit may take then. */
const LEAVES_WITHIN_MS = 5_000 + 1_000;

/** D21: the network to PostgreSQL swallows everything, and comes back. One process of each kind is asked to end meanwhile. */
export const silentNetwork = outageDrill(
  {
    name: 'silent-network',
    code: 'D21',
    description:
      'the network to PostgreSQL silent in a run, a worker and an HTTP server get SIGTERM meanwhile',
  },
  goSilentDuringRun,
  { TREMBITA_TIMEOUT_MS: '14000', SHUTDOWN_GRACE_SECONDS: String(GRACE_SECONDS) },
);

async function goSilentDuringRun(environment: DrillEnvironment): Promise<Findings> {
  const network = await SilentNetwork.before(environment.appUrl);
  try {
    const installation = await install(environment, 2, network.url);
    const ends: { readonly name: string; readonly tookMs: number }[] = [];
    const silence: Outage = {
      begin: async () => network.goSilent(),
      isMet: async (processes, probe) => {
        await isMetEverywhere(processes, probe);
        const oldest = [installation.servers[0], installation.workers[0]].filter((one) => one !== undefined);
        ends.push(...(await Promise.all(oldest.map(endGently))));
      },
      end: async () => network.comeBack(),
    };
    const report = await goThrough(environment, installation, [silence]);
    const allowedMs = GRACE_SECONDS * 1000 + LEAVES_WITHIN_MS + environment.lagMs;
    const late = ends.filter(({ tookMs }) => tookMs > allowedMs);
    return await findings(environment, {
      ...report,
      notes: [
        ...(report.notes ?? []),
        ...ends.map(({ name, tookMs }) => `${name} ended ${tookMs} ms after SIGTERM in silence`),
      ],
      missed: [
        ...(report.missed ?? []),
        ...late.map(({ name, tookMs }) => `${name} took ${tookMs} ms to end in silence`),
      ],
    });
  } finally {
    await network.stop();
  }
}

async function endGently({ child }: Opened): Promise<{ name: string; tookMs: number }> {
  const sinceMs = performance.now();
  await child.end('SIGTERM');
  return { name: child.name, tookMs: Math.round(performance.now() - sinceMs) };
}

/** D22: PostgreSQL is made read-only under the program, and is replaced by a standby that is promoted later. */
export const readOnly = outageDrill(
  {
    name: 'read-only',
    code: 'D22',
    description: 'PostgreSQL made read-only, then restarted as a standby and promoted, in one run',
  },
  turnReadOnlyDuringRun,
);

async function turnReadOnlyDuringRun(environment: DrillEnvironment): Promise<Findings> {
  const { database, postgres } = environment;
  const reload = (statement: string) => async (): Promise<void> => {
    await database.write(statement);
    await database.write('SELECT pg_reload_conf()');
  };
  const makeWritable = reload('ALTER SYSTEM RESET default_transaction_read_only');
  const promote = (): Promise<unknown> => database.look('SELECT pg_promote() WHERE pg_is_in_recovery()');
  try {
    return await playThrough(environment, await install(environment, 2), [
      {
        begin: reload('ALTER SYSTEM SET default_transaction_read_only = on'),
        isMet: isMetEverywhere,
        end: makeWritable,
      },
      {
        begin: async () => {
          await database.write(STANDBY_NEXT);
          await postgres.restart('fast');
        },
        isMet: isMetEverywhere,
        end: promote,
      },
    ]);
  } finally {
    // Later drills use the same server.
    await makeWritable();
    await promote();
  }
}

/** The server starts as a hot standby when it finds this file. */
const STANDBY_NEXT = `
  DO $$ BEGIN
    EXECUTE format('COPY (SELECT 1) TO %L', current_setting('data_directory') || '/standby.signal');
  END $$`;

/** So many connections may be open to the database of the drill, and so many others open. */
const CONNECTIONS = 40;

/** D23: other programs take every connection that the database allows. */
export const connectionLimit = outageDrill(
  {
    name: 'connection-limit',
    code: 'D23',
    description: `all ${CONNECTIONS} allowed connections taken by others, in a run`,
  },
  takeConnectionsDuringRun,
);

async function takeConnectionsDuringRun(environment: DrillEnvironment): Promise<Findings> {
  const { database, appUrl } = environment;
  const foreign: Client[] = [];
  const leave = (): Promise<unknown> => Promise.all(foreign.splice(0).map((client) => client.end()));
  try {
    return await playThrough(environment, await install(environment, 2), [
      {
        begin: async () => {
          while (foreign.length < CONNECTIONS) foreign.push(await session(appUrl));
          await database.write(LIMIT_CONNECTIONS);
          await database.write(CUT_PROGRAMS);
        },
        isMet: isMetEverywhere,
        end: leave,
      },
    ]);
  } finally {
    await leave();
  }
}

const LIMIT_CONNECTIONS = `
  DO $$ BEGIN
    EXECUTE format('ALTER DATABASE %I CONNECTION LIMIT ${CONNECTIONS}', current_database());
  END $$`;

const CUT_PROGRAMS = `
  SELECT pg_terminate_backend(pid) FROM pg_stat_activity
   WHERE datname = current_database() AND application_name ~ '^(worker|server)_'`;

async function session(url: string): Promise<Client> {
  const client = new Client({ connectionString: url, application_name: 'foreign' });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

const LOCKED_FOR_MS = 30_000;

/** D24: another program locks a table against everybody. */
export const lockedTable = outageDrill(
  {
    name: 'locked-table',
    code: 'D24',
    description: `a table locked against everybody for ${LOCKED_FOR_MS / 1000} s, in a run`,
  },
  lockTableDuringRun,
);

async function lockTableDuringRun(environment: DrillEnvironment): Promise<Findings> {
  const holder = await session(environment.database.url);
  try {
    return await playThrough(environment, await install(environment, 2), [
      {
        begin: async () => {
          await holder.query('BEGIN');
          await holder.query('LOCK TABLE mpi.person_verifications IN ACCESS EXCLUSIVE MODE');
        },
        // A server with a locked table is ready: it serves every call that does not need the table.
        isMet: (_, probe) => Promise.all([pause(LOCKED_FOR_MS), probe.refusesMore()]),
        end: () => holder.query('COMMIT'),
      },
    ]);
  } finally {
    await holder.end();
  }
}
