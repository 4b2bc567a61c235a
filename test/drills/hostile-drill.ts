import { HostileAddress } from '../../bench/hostile-address';
import { type Drill, runCustomDrill } from './definition';
import type { DrillEnvironment } from './environment';
import type { Findings } from './findings';
import { SignUpClient } from './sign-up-client';
import { judgeSignUps, leftovers } from './sign-up-oracle';

/** At least so long the hostile address sends beside the others. */
const HOSTILE_FOR_MS = 20_000;

/** Children who are signed up before it begins, so that threads run and plans are made. */
const BEFORE = 12;

/** Signed beforehand and sent in one go, again and again. */
const AT_ONCE = 12;

/** Of a hundred honest sign-ups so many have both answers in time, at least. */
const SERVED_PERCENT = 95;

const ANSWERED_WITHIN_MS = 2_000;

/** The limits of an installation behind one proxy, as they are by default. */
const LIMITS = {
  HTTP_TRUSTED_PROXIES: '1',
  SIGN_UP_REQUESTS_PER_MINUTE: '60',
  SIGNATURE_SECONDS_PER_MINUTE: '6',
};

/** P4: one address sends what costs most, while children are signed up from other addresses. */
export const hostileAddress: Drill = {
  name: 'hostile-address',
  code: 'P4',
  description: `sign-up: a hostile address beside the others for ${HOSTILE_FOR_MS / 1000} s`,
  short: false,
  runDrill: (sharedServers) =>
    runCustomDrill(
      sharedServers,
      { name: 'hostile-address', persons: 0, latencyMs: 0 },
      async (environment) => {
        const client = await SignUpClient.open(environment.database, environment.random);
        try {
          return await signUpBesideHostile(environment, client);
        } finally {
          client.close();
        }
      },
    ),
};

async function signUpBesideHostile(environment: DrillEnvironment, client: SignUpClient): Promise<Findings> {
  const server = await environment.server({ settings: { ...client.settings, ...LIMITS } });
  client.servers.add(server);
  await client.send(client.sign(BEFORE));
  const hostile = new HostileAddress(server.publicUrl);
  const sinceMs = performance.now();
  hostile.start();
  let answers: ReadonlyMap<number, number>;
  try {
    while (performance.now() - sinceMs < HOSTILE_FOR_MS) await client.send(client.sign(AT_ONCE));
    answers = await hostile.stop();
  } finally {
    await hostile.close();
  }
  return judge(environment, client, answers);
}

async function judge(
  environment: DrillEnvironment,
  client: SignUpClient,
  answers: ReadonlyMap<number, number>,
): Promise<Findings> {
  const { database, lagMs } = environment;
  const { mediaFolder } = client;
  const verdict = await judgeSignUps(database, client);
  const left = await leftovers(database, { registered: verdict.registered, mediaFolder });
  const beside = client.signUps.slice(BEFORE);
  const times = beside.map(({ slowestMs }) => slowestMs).sort((one, other) => one - other);
  const served = beside.filter(
    ({ answeredIds, slowestMs }) => answeredIds.length > 0 && slowestMs <= ANSWERED_WITHIN_MS + lagMs,
  );
  const percent = (100 * served.length) / beside.length;
  const hostileCalls = [...answers.values()].reduce((sum, count) => sum + count, 0);
  const believed = [...answers.keys()].filter((status) => status < 400 || status === 500);
  return {
    persons: client.signUps.length,
    faults: hostileCalls,
    lost: verdict.lost,
    wrong: verdict.wrong,
    twice: verdict.twice,
    again: 0,
    stuck: left,
    repeated: 0,
    inFlight: 0,
    recoveredMs: null,
    missed: [
      ...verdict.examples,
      ...(percent < SERVED_PERCENT ? [`only ${percent.toFixed(1)} % of the others were served in time`] : []),
      ...(left > 0 ? [`${left} rows or objects belong to nobody`] : []),
      ...believed.map((status) => `the hostile address was answered with ${status}`),
      ...(answers.has(429) ? [] : ['the hostile address met no limit: nothing was proved']),
      ...environment.crashedChildren.map(({ name }) => `${name} fell over`),
    ],
    notes: [
      `${percent.toFixed(1)} % of ${beside.length} others were served in time; half of them within ` +
        `${Math.round(times[Math.floor(times.length / 2)] ?? 0)} ms, the slowest within ${Math.round(times.at(-1) ?? 0)} ms`,
      `the hostile address was answered ${[...answers].map(([status, count]) => `${count} × ${status}`).join(', ')}`,
    ],
  };
}
