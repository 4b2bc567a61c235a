import { setTimeout as pause } from 'node:timers/promises';
import { waitUntil } from '../support/wait-until';
import type { Findings } from './findings';
import { judgeSignUps, leftovers } from './sign-up-oracle';
import { type Drill, runCustomDrill } from './definition';
import type { Opened, DrillEnvironment } from './environment';
import { type SignUp, SignUpClient } from './sign-up-client';
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const CHILDREN = 120;

const SERVERS = 3;

const KILLS = 10;

const RESTARTS = 4;

/** The orphan clean-up runs every quarter of a minute. */
const CLEANED_WITHIN_MS = 60_000;

const TRIES = 5;

/** What a drill does while children are signed up; gives how often. */
type Break = (environment: DrillEnvironment, client: SignUpClient) => Promise<number>;

function signUpDrill(drill: Pick<Drill, 'name' | 'code' | 'description'>, breaks: Break): Drill {
  return {
    ...drill,
    short: false,
    runDrill: (sharedServers) =>
      runCustomDrill(sharedServers, { name: drill.name, persons: 0, latencyMs: 0 }, (environment) =>
        withClient(environment, breaks),
      ),
  };
}

/** P1: HTTP servers are killed while children are signed up. */
export const killOverSignUps = signUpDrill(
  { name: 'sign-up-kill', code: 'P1', description: `sign-up: HTTP servers killed with -9, ${KILLS} times` },
  killServers,
);

/** P2: PostgreSQL is restarted while children are signed up. */
export const restartOverSignUps = signUpDrill(
  { name: 'sign-up-postgres', code: 'P2', description: `sign-up: PostgreSQL restarted ${RESTARTS} times` },
  restartDuringSignUps,
);

async function withClient(environment: DrillEnvironment, breaks: Break): Promise<Findings> {
  const client = await SignUpClient.open(environment.database, environment.random);
  try {
    return await act(environment, { client, breaks });
  } finally {
    client.close();
  }
}

async function act(
  environment: DrillEnvironment,
  { client, breaks }: { readonly client: SignUpClient; readonly breaks: Break },
): Promise<Findings> {
  const { settings } = client;
  // It sweeps.
  await environment.worker({ settings });
  for (const server of await Promise.all(
    Array.from({ length: SERVERS }, () => environment.server({ settings })),
  )) {
    client.servers.add(server);
  }
  const sent = client.send(client.sign(CHILDREN));
  const faults = await breaks(environment, client);
  await sent;
  await nobodyAtWork(environment);
  const atOnce = await judgeSignUps(environment.database, client);
  const unanswered = client.signUps.filter(isUnsure).length;
  await sendTheRestAgain(client);
  return judgeAtTheEnd(environment, { client, faults, atOnce, unanswered });
}

interface SignedUp {
  readonly client: SignUpClient;
  readonly faults: number;
  readonly atOnce: Awaited<ReturnType<typeof judgeSignUps>>;
  readonly unanswered: number;
}

async function judgeAtTheEnd(
  environment: DrillEnvironment,
  { client, faults, atOnce, unanswered }: SignedUp,
): Promise<Findings> {
  const { database } = environment;
  const { mediaFolder } = client;
  const cleanedMs = await orphansCleaned(environment);
  const atLast = await judgeSignUps(database, client);
  const left = await leftovers(database, { registered: atLast.registered, mediaFolder });
  const missing = client.signUps.length - atLast.registered;
  return {
    persons: client.signUps.length,
    faults,
    lost: Math.max(atOnce.lost, atLast.lost),
    wrong: Math.max(atOnce.wrong, atLast.wrong),
    twice: atLast.twice,
    again: 0,
    stuck: left + missing,
    repeated: 0,
    inFlight: 0,
    recoveredMs: cleanedMs,
    missed: [
      ...atOnce.examples,
      ...atLast.examples,
      ...(left > 0 ? [`${left} rows or objects belong to nobody`] : []),
      ...(missing > 0 ? [`${missing} children could not be signed up even when all was well`] : []),
      ...(unanswered === 0 ? ['not one call was left without an answer: nothing was proved'] : []),
      ...environment.crashedChildren.map(({ name }) => `${name} fell over`),
    ],
    notes: [
      `${unanswered} registrations were left without a good answer; ${atOnce.registered} of ${client.signUps.length} were there before they were sent again`,
    ],
  };
}

/** Whether nobody knows what became of it: there was no answer, or one that reports an internal error. */
function isUnsure({ unanswered, refusals }: SignUp): boolean {
  return unanswered > 0 || refusals.some((status) => status >= 500);
}

/** PostgreSQL undoes what a dead program had begun when it sees that nobody is there any more. */
async function nobodyAtWork({ database }: DrillEnvironment): Promise<void> {
  const sql = `
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
       AND backend_type = 'client backend' AND xact_start IS NOT NULL`;
  await waitUntil(async () => (await database.number(sql)) === 0, {
    what: 'open transactions to end',
    timeoutMs: 60_000,
  });
}

/** Sign-ups without an answer are sent once more; what is registered already must be found. */
async function sendTheRestAgain(client: SignUpClient): Promise<void> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const rest = client.signUps.filter(({ answeredIds }) => answeredIds.length === 0);
    if (rest.length === 0) return;
    await client.send(rest);
  }
}

/** As if the time had passed after which an upload without a registration is an orphan; gives how long it took then. */
export async function orphansCleaned({ database }: DrillEnvironment): Promise<number> {
  await database.write(`UPDATE mpi.media_uploads SET inserted_at = inserted_at - interval '1 hour'`);
  const sinceMs = performance.now();
  const none = async (): Promise<boolean> =>
    (await database.number(`SELECT count(*) FROM mpi.media_uploads`)) === 0;
  await waitUntil(none, { what: 'the orphan clean-up', timeoutMs: CLEANED_WITHIN_MS }).catch(() => undefined);
  return Math.round(performance.now() - sinceMs);
}

async function killServers(environment: DrillEnvironment, client: SignUpClient): Promise<number> {
  const { random } = environment;
  const coming: Promise<void>[] = [];
  for (let kill = 1; kill <= KILLS; kill += 1) {
    await sentUpTo(client, Math.round((kill * CHILDREN * 0.85) / KILLS));
    await pause(random.below(60));
    if (client.servers.size === 0) await Promise.race(coming);
    const victim: Opened = random.pick([...client.servers]);
    // Nobody goes there any more; who is there already will have no answer.
    client.servers.delete(victim);
    await victim.child.end('SIGKILL');
    coming.push(
      environment.server({ settings: client.settings }).then((opened) => void client.servers.add(opened)),
    );
  }
  await Promise.all(coming);
  return KILLS;
}

async function restartDuringSignUps({ postgres }: DrillEnvironment, client: SignUpClient): Promise<number> {
  for (let restart = 1; restart <= RESTARTS; restart += 1) {
    await sentUpTo(client, Math.round((restart * CHILDREN * 0.8) / RESTARTS));
    await postgres.restart(restart % 2 === 0 ? 'immediate' : 'fast');
  }
  return RESTARTS;
}

async function sentUpTo(client: SignUpClient, count: number): Promise<void> {
  const tried = (): number => client.signUps.filter(({ tries }) => tries > 0).length;
  await waitUntil(() => tried() >= count, { what: 'children to be signed up', timeoutMs: 300_000 });
}

const BEFORE = 10;

const REFUSED = 20;

/** As small as a file system of its own may be and still take the children who are signed up before it is full. */
const DISK = '1m';

const BLOCK = Buffer.alloc(4096, 1);

/** Failed to save signed content. */
const NOT_SAVED = 502;

/** P3: the disk of media storage is full for a while. A file system of its own, really full. */
export const fillDisk: Drill = {
  name: 'fill-disk',
  code: 'P3',
  description: `sign-up: the disk of media storage full, ${REFUSED} registrations meanwhile`,
  short: false,
  cannot: () =>
    spawnSync('unshare', ['-Urm', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0
      ? undefined
      : 'this machine lets nobody mount a file system',
  runDrill: (sharedServers) =>
    runCustomDrill(sharedServers, { name: 'fill-disk', persons: 0, latencyMs: 0 }, async (environment) => {
      const client = await SignUpClient.open(environment.database, environment.random);
      try {
        return await actOnFullDisk(environment, client);
      } finally {
        client.close();
      }
    }),
};

async function actOnFullDisk(environment: DrillEnvironment, client: SignUpClient): Promise<Findings> {
  const { database } = environment;
  const server = await serverWithOwnDisk(environment, client);
  client.servers.add(server);
  const seen = { signUps: client.signUps, mediaFolder: asTheServerSees(server, client.mediaFolder) };

  await client.send(client.sign(BEFORE));
  const filler = join(seen.mediaFolder, 'filler');
  fill(filler);
  const refused = client.sign(REFUSED);
  await client.send(refused);
  const whileFull = await judgeSignUps(database, { ...seen, signUps: refused });
  const freeBytes = freeIn(seen.mediaFolder);
  rmSync(filler);

  const refusals = refused.flatMap((one) => one.refusals);
  const sinceMs = performance.now();
  await client.send(refused);
  const recoveredMs = Math.round(performance.now() - sinceMs);
  await orphansCleaned(environment);
  const verdict = await judgeSignUps(database, seen);
  const left = await leftovers(database, { registered: verdict.registered, mediaFolder: seen.mediaFolder });
  const missing = client.signUps.length - verdict.registered;
  const odd = refusals.filter((status) => status !== NOT_SAVED).length + REFUSED - refusals.length;
  return {
    persons: client.signUps.length,
    faults: refusals.length,
    lost: verdict.lost,
    wrong: verdict.wrong + whileFull.registered,
    twice: verdict.twice,
    again: 0,
    stuck: left + missing,
    repeated: 0,
    inFlight: 0,
    recoveredMs,
    missed: [
      ...verdict.examples,
      ...(whileFull.registered > 0
        ? [`${whileFull.registered} children were registered on a full disk`]
        : []),
      ...(odd > 0 ? [`${odd} calls were not refused as they should be on a full disk`] : []),
      ...(left > 0 ? [`${left} rows or objects belong to nobody`] : []),
      ...(missing > 0 ? [`${missing} children could not be signed up when the disk had space again`] : []),
      ...environment.crashedChildren.map(({ name }) => `${name} fell over`),
    ],
    notes: [`${freeBytes} bytes of the disk were free while it was full`],
  };
}

/** One process that answers and works, in a name space of its own in which the folder is a disk of its own. */
function serverWithOwnDisk(
  environment: DrillEnvironment,
  { mediaFolder, settings }: SignUpClient,
): Promise<Opened> {
  mkdirSync(mediaFolder, { recursive: true });
  const mount = `mount -t tmpfs -o size=${DISK},mode=0700 tmpfs "$0" && exec "$@"`;
  const through = ['unshare', '-Urm', 'sh', '-c', mount, mediaFolder];
  return environment.server({ args: ['--with-worker'], settings, through });
}

function asTheServerSees({ child }: Opened, folder: string): string {
  return join('/proc', String(child.pid), 'root', folder);
}

/** Until not one block is left. */
function fill(file: string): void {
  const opened = openSync(file, 'w');
  try {
    for (;;) writeSync(opened, BLOCK);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  } finally {
    closeSync(opened);
  }
}

function freeIn(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
