import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Findings } from './findings';
import { judgeSignUps, leftovers } from './judge-sign-ups';
import { type Drill, playAnything } from './play';
import type { Opened, Scene } from './scene';
import { swept } from './sign-up-drills';
import { SignUpDesk } from './sign-up-desk';

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
  says: `sign-up: the disk of media storage full, ${REFUSED} registrations meanwhile`,
  short: false,
  cannot: () =>
    spawnSync('unshare', ['-Urm', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0
      ? undefined
      : 'this machine lets nobody mount a file system of his own',
  play: (stage) =>
    playAnything(stage, { name: 'fill-disk', persons: 0, latencyMs: 0 }, async (scene) => {
      const desk = await SignUpDesk.open(scene.books, scene.random);
      try {
        return await act(scene, desk);
      } finally {
        desk.close();
      }
    }),
};

async function act(scene: Scene, desk: SignUpDesk): Promise<Findings> {
  const { books } = scene;
  const door = await doorWithOwnDisk(scene, desk);
  desk.doors.add(door);
  const seen = { signUps: desk.signUps, mediaFolder: asTheDoorSees(door, desk.mediaFolder) };

  await desk.send(desk.sign(BEFORE));
  const filler = join(seen.mediaFolder, 'filler');
  fill(filler);
  const refused = desk.sign(REFUSED);
  await desk.send(refused);
  const whileFull = await judgeSignUps(books, { ...seen, signUps: refused });
  const freeBytes = freeIn(seen.mediaFolder);
  rmSync(filler);

  const refusals = refused.flatMap((one) => one.refusals);
  const sinceMs = performance.now();
  await desk.send(refused);
  const recoveredMs = Math.round(performance.now() - sinceMs);
  await swept(scene);
  const verdict = await judgeSignUps(books, seen);
  const left = await leftovers(books, { registered: verdict.registered, mediaFolder: seen.mediaFolder });
  const missing = desk.signUps.length - verdict.registered;
  const odd = refusals.filter((status) => status !== NOT_SAVED).length + REFUSED - refusals.length;
  return {
    persons: desk.signUps.length,
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
      ...(missing > 0 ? [`${missing} children could not be signed up when there was room again`] : []),
      ...scene.fallen.map(({ name }) => `${name} fell over`),
    ],
    notes: [`${freeBytes} bytes of the disk were free while it was full`],
  };
}

/** One process that answers and works, in a name space of its own in which the folder is a disk of its own. */
function doorWithOwnDisk(scene: Scene, { mediaFolder, settings }: SignUpDesk): Promise<Opened> {
  mkdirSync(mediaFolder, { recursive: true });
  const mount = `mount -t tmpfs -o size=${DISK},mode=0700 tmpfs "$0" && exec "$@"`;
  const through = ['unshare', '-Urm', 'sh', '-c', mount, mediaFolder];
  return scene.door({ args: ['--with-worker'], settings, through });
}

function asTheDoorSees({ child }: Opened, folder: string): string {
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
