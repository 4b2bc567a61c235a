import { judgeSignUps } from './sign-up-oracle';
import { type Drill, runCustomDrill } from './definition';
import type { DrillEnvironment, Opened } from './environment';
import { type Findings, findings, releasedFromTheLiving } from './findings';
import { OutageProbe, type Refusals } from './outage-probe';
import { evenPoints, RunPace } from './register';
import { nextFinishedAfter, runEnds, startRun } from './runs';
import { PATIENT_CALLS } from './settings';
import { SignUpClient } from './sign-up-client';

const PERSONS = 500;

/** And as many workers. */
const SERVERS = 2;

/** Before and after each alteration so many children are signed up. */
const CHILDREN = 8;

/** Each is read by a prepared statement of the program: of claims, of registrations, of readings. */
const COLUMNS = [
  ['mpi.person_documents', 'number'],
  ['mpi.persons', 'last_name'],
  ['mpi.person_verifications', 'nhs_verification_comment'],
] as const;

const ALTERATIONS = COLUMNS.flatMap(([table, column]) =>
  ['text', 'varchar'].map((type) => `ALTER TABLE ${table} ALTER COLUMN ${column} TYPE ${type}`),
);

/** Nobody may be left to it, so it is longer than a busy machine pauses. */
const LEASE_SECONDS = 60;

/** With prepared statements that fit no longer nobody should notice. */
const STALLS_AT_MOST_MS = 5_000;

/** D25: columns that prepared statements read change their types, while persons are checked and children signed up. */
export const alterColumns: Drill = {
  name: 'alter-columns',
  code: 'D25',
  description: `${ALTERATIONS.length} columns altered in a run, children signed up meanwhile`,
  short: false,
  runDrill: (sharedServers) =>
    runCustomDrill(
      sharedServers,
      {
        name: 'alter-columns',
        persons: PERSONS,
        latencyMs: 100,
        settings: {
          ...PATIENT_CALLS,
          VERIFICATION_LEASE_SECONDS: String(LEASE_SECONDS),
          // Small, so that every connection has claimed before an alteration and claims after it.
          DMS_PASSPORT_PERSONS_SYNCHRONIZATION_BATCH_SIZE: '10',
        },
      },
      async (environment) => {
        const client = await SignUpClient.open(environment.database, environment.random);
        try {
          return await alterDuringRun(environment, client);
        } finally {
          client.close();
        }
      },
    ),
};

async function alterDuringRun(environment: DrillEnvironment, client: SignUpClient): Promise<Findings> {
  const { database, register } = environment;
  const { settings } = client;
  const processes = await Promise.all([
    environment.server({ settings }),
    environment.server({ settings }),
    environment.worker({ settings }),
    environment.worker({ settings }),
  ]);
  processes.slice(0, SERVERS).forEach((server) => client.servers.add(server));
  const probe = await OutageProbe.start(environment, processes.slice(0, SERVERS));
  const pace = await RunPace.set(register, evenPoints(ALTERATIONS.length, PERSONS * 0.5));
  const runId = await startRun(database);
  let stalledMs = 0;
  for (const alteration of ALTERATIONS) {
    await pace.reached();
    // Statements are prepared on every connection before, and children are under way at the moment itself.
    await client.send(client.sign(CHILDREN));
    const underWay = client.send(client.sign(CHILDREN));
    await database.write(alteration);
    const alteredAtMs = Date.now();
    await pace.goOn();
    stalledMs = Math.max(stalledMs, await nextFinishedAfter(database, alteredAtMs));
    await underWay;
  }
  await runEnds(database, runId);
  return judge(environment, { client, processes, stalledMs, readings: await probe.stop() });
}

interface Altered {
  readonly client: SignUpClient;
  readonly processes: readonly Opened[];
  readonly stalledMs: number;
  readonly readings: Refusals;
}

async function judge(
  environment: DrillEnvironment,
  { client, processes, stalledMs, readings }: Altered,
): Promise<Findings> {
  const { database } = environment;
  const left = await releasedFromTheLiving(database, []);
  const byServers = await repeatedIn(processes.slice(0, SERVERS));
  const byWorkers = await repeatedIn(processes.slice(SERVERS));
  const checked = await findings(environment, { faults: ALTERATIONS.length, recoveredMs: stalledMs });
  const signedUp = await judgeSignUps(database, client);
  const refusals = client.signUps.flatMap((one) => one.refusals);
  const missing = client.signUps.length - signedUp.registered;
  return {
    ...checked,
    persons: checked.persons + client.signUps.length,
    lost: checked.lost + signedUp.lost,
    wrong: checked.wrong + signedUp.wrong,
    twice: checked.twice + signedUp.twice,
    stuck: checked.stuck + missing,
    missed: [
      ...checked.missed,
      ...readings.faults,
      ...(readings.refused > 0 ? [`${readings.refused} reading calls were refused`] : []),
      ...signedUp.examples,
      ...(refusals.length > 0 ? [`sign-ups were refused with ${[...new Set(refusals)].join(', ')}`] : []),
      ...(left > 0 ? [`${left} persons stayed in review until the lease ended`] : []),
      ...(stalledMs > STALLS_AT_MOST_MS + environment.lagMs ? [`work stopped for ${stalledMs} ms`] : []),
      ...(byServers === 0 || byWorkers === 0
        ? ['no prepared statement was out of date: nothing was proved']
        : []),
    ],
    notes: [...checked.notes, `HTTP servers sent ${byServers} statements once more, workers ${byWorkers}`],
  };
}

/** How many transactions and statements these processes have sent again. */
async function repeatedIn(processes: readonly Opened[]): Promise<number> {
  let repeated = 0;
  for (const { internalUrl } of processes) {
    const metrics = await (await fetch(`${internalUrl}/metrics`)).text();
    repeated += Number(/^sql_transactions_repeated_total (\d+)/m.exec(metrics)?.[1] ?? 0);
  }
  return repeated;
}
