import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DirectoryStore } from '../../src/media-storage/directory-store';
import { StoreFailure } from '../../src/media-storage/media-store';
import type { MediaUploads } from '../../src/media-storage/media-uploads.service';
import { S3Store } from '../../src/media-storage/s3-store';
import { waitUntil } from '../support/wait-until';
import { freshDatabase, type FreshDatabase } from '../support/database';
import { BUCKET, MediaFolder, MediaParts, S3_KEY, storeWith } from '../support/media';
import { Session } from '../support/sql-session';

const NOT_SAVED = { code: 'signed_content_not_saved' };

let database: FreshDatabase;
let parts: MediaParts;
let folder: MediaFolder;
let directory: DirectoryStore;
let uploads: MediaUploads;

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
});
afterEach(async () => {
  await parts.clear();
  await folder.remove();
});

const newKey = (): string => `${randomUUID()}/signed_content`;
const object = (key: string) => ({ bucket: BUCKET, key, bytes: Buffer.from(`signed ${key}`) });

describe('An upload', () => {
  it('is in the upload log, committed, before its object is sent', async () => {
    const key = newKey();
    let seen: string[] = [];
    const put = async (...given: Parameters<DirectoryStore['put']>): Promise<void> => {
      seen = await parts.loggedKeys();
      await directory.put(...given);
    };
    await parts.mediaUploads(storeWith({ put }, directory)).save(object(key));
    expect(seen).toEqual([key]);
    expect(await folder.read(key)).toBe(`signed ${key}`);
  });

  it('leaves the upload log with the transaction that keeps it, and only when that commits', async () => {
    const key = newKey();
    const id = await uploads.save(object(key));
    await expect(
      parts.transactions.inTransaction(async (sql) => {
        await uploads.keep(sql, id);
        throw new Error('The registration failed.');
      }),
    ).rejects.toThrow('The registration failed.');
    expect(await parts.loggedKeys()).toEqual([key]);
    await parts.transactions.inTransaction((sql) => uploads.keep(sql, id));
    expect(await parts.loggedKeys()).toEqual([]);
    expect(await folder.read(key)).toBe(`signed ${key}`);
  });

  it('is kept once: a second request to keep it is refused', async () => {
    const id = await uploads.save(object(newKey()));
    await parts.transactions.inTransaction((sql) => uploads.keep(sql, id));
    await expect(parts.transactions.inTransaction((sql) => uploads.keep(sql, id))).rejects.toMatchObject(
      NOT_SAVED,
    );
  });

  it('leaves neither object nor record when it is discarded', async () => {
    const id = await uploads.save(object(newKey()));
    await uploads.discard(id);
    expect(await parts.loggedKeys()).toEqual([]);
    expect(folder.files()).toEqual([]);
    await expect(parts.transactions.inTransaction((sql) => uploads.keep(sql, id))).rejects.toMatchObject(
      NOT_SAVED,
    );
  });

  it('is not discarded when it is kept or never existed', async () => {
    const key = newKey();
    const id = await uploads.save(object(key));
    await parts.transactions.inTransaction((sql) => uploads.keep(sql, id));
    await uploads.discard(id);
    await uploads.discard(randomUUID());
    expect(await folder.read(key)).toBe(`signed ${key}`);
  });

  it('is not discarded while a transaction whose end is unknown still holds it', async () => {
    const key = newKey();
    const id = await uploads.save(object(key));
    const registration = await Session.open(database.url);
    try {
      await registration.run('BEGIN');
      await uploads.keep(registration, id);
      await uploads.discard(id);
      await registration.run('COMMIT');
    } finally {
      await registration.close();
    }
    expect(await parts.loggedKeys()).toEqual([]);
    expect(await folder.read(key)).toBe(`signed ${key}`);
  });

  it('is left to the orphan clean-up when it cannot be discarded, without an error', async () => {
    const key = newKey();
    const id = await uploads.save(object(key));
    const unreachable = storeWith(
      { remove: () => Promise.reject(new StoreFailure('unreachable')) },
      directory,
    );
    await expect(parts.mediaUploads(unreachable).discard(id)).resolves.toBeUndefined();
    expect(await parts.loggedKeys()).toEqual([key]);
    await expect(parts.transactions.inTransaction((sql) => uploads.keep(sql, id))).rejects.toMatchObject(
      NOT_SAVED,
    );
  });

  it('to a taken key is refused, and the object there is safe from the orphan clean-up too', async () => {
    const key = newKey();
    const id = await uploads.save(object(key));
    await parts.transactions.inTransaction((sql) => uploads.keep(sql, id));
    await expect(uploads.save({ ...object(key), bytes: Buffer.from('other') })).rejects.toMatchObject(
      NOT_SAVED,
    );
    expect(await parts.loggedKeys()).toEqual([]);
    await parts.age(database);
    await parts.orphanCleaner(directory).removeOrphans();
    expect(await folder.read(key)).toBe(`signed ${key}`);
  });

  it('to a key that leads elsewhere enters neither the upload log nor the store', async () => {
    await expect(uploads.save(object('../outside'))).rejects.toThrow('harmless');
    expect(await parts.loggedKeys()).toEqual([]);
    expect(folder.entries()).toEqual([]);
  });
});

describe('A store that fails', () => {
  /** The record stays for the orphan clean-up, whatever the store answers; after it nothing is left. */
  async function nothingRemains(): Promise<void> {
    await parts.age(database);
    await parts.orphanCleaner(directory).removeOrphans();
    expect(await parts.loggedKeys()).toEqual([]);
    expect(folder.files()).toEqual([]);
  }

  it('because the disk is full causes a refusal, and the partial object is removed at once', async () => {
    const noSpace = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    const full = storeWith(
      {
        put: async (given, signal) => {
          await directory.put({ ...given, bytes: given.bytes.subarray(0, 3) }, signal);
          throw noSpace;
        },
      },
      directory,
    );
    await expect(parts.mediaUploads(full).save(object(newKey()))).rejects.toMatchObject(NOT_SAVED);
    await waitUntil(() => folder.files().length === 0, { what: 'the partial object to go' });
    await nothingRemains();
  });

  it('because a file is in the place of its folder causes a refusal', async () => {
    await writeFile(join(folder.path, BUCKET), 'a file');
    await expect(uploads.save(object(newKey()))).rejects.toMatchObject(NOT_SAVED);
    await parts.age(database);
    expect(await parts.orphanCleaner(directory).removeOrphans()).toBe(1);
    expect(await parts.loggedKeys()).toEqual([]);
  });

  it('because it hangs is given up at the deadline, and what it finishes later is removed', async () => {
    let finish = (): void => undefined;
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const hanging = storeWith(
      {
        put: async (given) => {
          await finished;
          await directory.put(given, new AbortController().signal);
        },
      },
      directory,
    );
    const key = newKey();
    await expect(parts.mediaUploads(hanging, 100).save(object(key))).rejects.toMatchObject(NOT_SAVED);
    expect(await parts.loggedKeys()).toEqual([key]);
    finish();
    await waitUntil(() => folder.entries().includes(`${BUCKET}/`), { what: 'the late object' });
    await waitUntil(() => folder.files().length === 0, { what: 'the late object to go' });
    await nothingRemains();
  });

  it('because nobody answers at its address is given up at the deadline', async () => {
    const silent: Server = createServer((socket) => socket.on('error', () => undefined));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = silent.address() as AddressInfo;
      const s3 = new S3Store({ url: `http://127.0.0.1:${port}`, ...S3_KEY });
      const begun = performance.now();
      await expect(parts.mediaUploads(s3, 300).save(object(newKey()))).rejects.toMatchObject(NOT_SAVED);
      expect(performance.now() - begun).toBeLessThan(5_000);
    } finally {
      silent.close();
    }
  });

  it('is not called at all when the upload log cannot be written', async () => {
    const locker = await Session.open(database.adminUrl);
    try {
      await locker.run('ALTER TABLE mpi.media_uploads RENAME TO media_uploads_away');
      await expect(uploads.save(object(newKey()))).rejects.toMatchObject({ code: '42P01' });
    } finally {
      await locker.run('ALTER TABLE mpi.media_uploads_away RENAME TO media_uploads');
      await locker.close();
    }
    expect(folder.entries()).toEqual([]);
  });
});
