import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DirectoryStore } from '../../src/media-storage/directory-store';
import { type MediaStore, StoreFailure } from '../../src/media-storage/media-store';
import type { MediaUploads } from '../../src/media-storage/media-uploads.service';
import { waitUntil } from '../support/wait-until';
import { freshDatabase, type FreshDatabase } from '../support/database';
import { BUCKET, MediaFolder, MediaParts, storeWith } from '../support/media';
import { Session } from '../support/sql-session';

const PROJECT = join(__dirname, '../..');
const NOT_SAVED = { code: 'signed_content_not_saved' };

let database: FreshDatabase;
let parts: MediaParts;
let folder: MediaFolder;
let directory: DirectoryStore;
let uploads: MediaUploads;
let registration: Session;

beforeAll(async () => {
  database = await freshDatabase();
  parts = await MediaParts.open(database.url);
});
afterAll(async () => {
  await parts.close();
  await database.drop();
});
beforeEach(async () => {
  folder = await MediaFolder.make();
  directory = new DirectoryStore(folder.path);
  uploads = parts.mediaUploads(directory);
  registration = await Session.open(database.url);
});
afterEach(async () => {
  await registration.close();
  await parts.clear();
  await folder.remove();
});

const newKey = (): string => `${randomUUID()}/signed_content`;
const save = (key = newKey()): Promise<string> =>
  uploads.save({ bucket: BUCKET, key, bytes: Buffer.from(`signed ${key}`) });
const removeOrphans = (store: MediaStore = directory): Promise<number> =>
  parts.orphanCleaner(store).removeOrphans();

/** A store whose removals wait for the test. */
function heldRemovals(): { store: MediaStore; reached: Promise<void>; release: () => void } {
  let [reach, release] = [(): void => undefined, (): void => undefined];
  const reached = new Promise<void>((resolve) => (reach = resolve));
  const released = new Promise<void>((resolve) => (release = resolve));
  const remove: MediaStore['remove'] = async (place, signal) => {
    reach();
    await released;
    await directory.remove(place, signal);
  };
  return { store: storeWith({ remove }, directory), reached, release };
}

describe('The orphan clean-up', () => {
  it('removes objects whose registration did not commit within the hour, and leaves younger ones', async () => {
    await save();
    await save();
    await parts.age(database);
    const young = newKey();
    await save(young);
    expect(await removeOrphans()).toBe(2);
    expect(await parts.loggedKeys()).toEqual([young]);
    expect(folder.files()).toEqual([`${BUCKET}/${young}`]);
    expect((await parts.metrics.mediaOrphansRemoved.get()).values[0]?.value).toBe(2);
  });

  it('deletes the record of an upload that was never sent', async () => {
    await parts.uploadLog.record(randomUUID(), { bucket: BUCKET, key: newKey() });
    await parts.age(database);
    expect(await removeOrphans()).toBe(1);
    expect(await parts.loggedKeys()).toEqual([]);
  });

  it('leaves the record while the store is unreachable, and removes the object later', async () => {
    const key = newKey();
    await save(key);
    await parts.age(database);
    const unreachable = storeWith(
      { remove: () => Promise.reject(new StoreFailure('unreachable')) },
      directory,
    );
    expect(await removeOrphans(unreachable)).toBe(0);
    expect(await parts.loggedKeys()).toEqual([key]);
    expect(await removeOrphans()).toBe(1);
    expect(folder.files()).toEqual([]);
  });

  it('does not call an unreachable store for every single orphan', async () => {
    for (let i = 0; i < 12; i += 1) await save();
    await parts.age(database);
    let asked = 0;
    const remove = (): Promise<void> => {
      asked += 1;
      return Promise.reject(new StoreFailure('unreachable'));
    };
    await removeOrphans(storeWith({ remove }, directory));
    expect(asked).toBe(5);
    expect(await removeOrphans()).toBe(12);
  });

  it('skips objects that cannot be removed', async () => {
    const stuck = new Set(Array.from({ length: 7 }, newKey));
    for (const key of stuck) await save(key);
    await save();
    await parts.age(database);
    const remove: MediaStore['remove'] = (place, signal) =>
      stuck.has(place.key) ? Promise.reject(new StoreFailure('failed')) : directory.remove(place, signal);
    const store = storeWith({ remove }, directory);
    const removed = [await removeOrphans(store), await removeOrphans(store)];
    expect(removed).toEqual([0, 1]);
    expect(await parts.loggedKeys()).toEqual([...stuck].sort());
  });

  it('does not wait for a store longer than its deadline', async () => {
    await save();
    await parts.age(database);
    const hanging = storeWith({ remove: () => new Promise<void>(() => undefined) }, directory);
    expect(await parts.orphanCleaner(hanging, 100).removeOrphans()).toBe(0);
    expect(await parts.loggedKeys()).toHaveLength(1);
  });

  it('stops in the middle of a removal, and another process continues', async () => {
    await save();
    await parts.age(database);
    const held = heldRemovals();
    const cleaner = parts.orphanCleaner(held.store);
    const removed = cleaner.removeOrphans();
    await held.reached;
    await cleaner.beforeApplicationShutdown();
    expect(await removed).toBe(0);
    expect(await parts.loggedKeys()).toHaveLength(1);
    held.release();
    expect(await removeOrphans()).toBe(1);
  });

  it('counts an object once when two of them remove it at the same time', async () => {
    await save();
    await parts.age(database);
    const counted = async () => (await parts.metrics.mediaOrphansRemoved.get()).values[0]?.value ?? 0;
    const before = await counted();
    const held = heldRemovals();
    const first = removeOrphans(held.store);
    await held.reached;
    // It starts after the first one has marked the object, so it takes the object for a forgotten one.
    expect(await removeOrphans()).toBe(1);
    held.release();
    expect(await first).toBe(0);
    expect((await counted()) - before).toBe(1);
    expect(await parts.loggedKeys()).toEqual([]);
  });

  it('may run several times at once: each object is removed, and counted, once', async () => {
    for (let i = 0; i < 30; i += 1) await save();
    await parts.age(database);
    const removed = await Promise.all([removeOrphans(), removeOrphans(), removeOrphans(), removeOrphans()]);
    expect(removed.reduce((sum, n) => sum + n)).toBe(30);
    expect(await parts.loggedKeys()).toEqual([]);
    expect(folder.files()).toEqual([]);
  });
});

describe('A registration and the orphan clean-up of the same object', () => {
  it('the registration was first and commits: the object stays', async () => {
    const key = newKey();
    const id = await save(key);
    await parts.age(database);
    await registration.run('BEGIN');
    await uploads.keep(registration, id);
    expect(await removeOrphans()).toBe(0);
    await registration.run('COMMIT');
    expect(await removeOrphans()).toBe(0);
    expect(await folder.read(key)).toBe(`signed ${key}`);
  });

  it('the registration was first and is rolled back: the next clean-up removes the object', async () => {
    const id = await save();
    await parts.age(database);
    await registration.run('BEGIN');
    await uploads.keep(registration, id);
    expect(await removeOrphans()).toBe(0);
    await registration.run('ROLLBACK');
    expect(await removeOrphans()).toBe(1);
    expect(folder.files()).toEqual([]);
  });

  it('the clean-up was first and is still removing: the registration is refused', async () => {
    const id = await save();
    await parts.age(database);
    const held = heldRemovals();
    const removed = removeOrphans(held.store);
    await held.reached;
    await expect(parts.transactions.inTransaction((sql) => uploads.keep(sql, id))).rejects.toMatchObject(
      NOT_SAVED,
    );
    held.release();
    expect(await removed).toBe(1);
    expect(folder.files()).toEqual([]);
  });

  it('the clean-up has not committed yet: the registration waits for it, and is refused', async () => {
    const id = await save();
    const cleaner = await Session.open(database.adminUrl);
    const observer = await Session.open(database.adminUrl);
    try {
      await cleaner.run('BEGIN', 'UPDATE mpi.media_uploads SET orphaned_at = now()');
      const kept = uploads.keep(registration, id).catch((error: unknown) => error);
      await cleaner.isWaitedFor(observer);
      await cleaner.run('COMMIT');
      expect(await kept).toMatchObject(NOT_SAVED);
    } finally {
      await cleaner.close();
      await observer.close();
    }
  });
});

describe('A process that is killed', () => {
  let child: ChildProcess | undefined;
  afterEach(() => child?.kill('SIGKILL'));

  async function holdAt(moment: string, key: string): Promise<ChildProcess> {
    child = spawn(
      process.execPath,
      [
        '-r',
        '@swc-node/register',
        'test/support/children/hold-upload.ts',
        moment,
        database.url,
        folder.path,
        key,
      ],
      { cwd: PROJECT, env: { PATH: process.env['PATH'] }, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const output: unknown[] = child.stdout ? await once(child.stdout, 'data') : [];
    expect(String(output[0])).toBe('held\n');
    return child;
  }

  it.each([
    ['between record and object', 'row', () => []],
    ['while the object is written', 'part', (key: string) => [`${BUCKET}/${key.replace('/', '/.')}.part`]],
    ['between object and registration', 'object', (key: string) => [`${BUCKET}/${key}`]],
    ['between keeping and commit', 'commit', (key: string) => [`${BUCKET}/${key}`]],
  ])('%s leaves nothing behind after a clean-up', async (_, moment, filesOf) => {
    const key = newKey();
    const held = await holdAt(moment, key);
    expect(folder.files()).toEqual(filesOf(key));
    held.kill('SIGKILL');
    await once(held, 'exit');
    expect(await parts.loggedKeys()).toEqual([key]);
    // PostgreSQL needs a moment to see that a session's other side is gone.
    await waitUntil(
      async () => {
        await parts.age(database);
        await removeOrphans();
        return (await parts.loggedKeys()).length === 0;
      },
      { what: 'the upload log to be empty' },
    );
    expect(folder.files()).toEqual([]);
  });
});
