import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DirectoryStore } from '../../src/media-storage/directory-store';
import { StoreFailure } from '../../src/media-storage/media-store';
import type { MediaUploads } from '../../src/media-storage/media-uploads';
import { S3Store } from '../../src/media-storage/s3-store';
import { waitUntil } from '../support/wait-until';
import { freshDatabase, type FreshDatabase } from '../support/database';
import { BUCKET, MediaFolder, MediaParts, storeWith } from '../support/media';
import { S3_KEY } from '../support/s3-server';
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
  it('is in the journal, for everybody to see, before its object is sent', async () => {
    const key = newKey();
    let seen: string[] = [];
    const put = async (...given: Parameters<DirectoryStore['put']>): Promise<void> => {
      seen = await parts.journal();
      await directory.put(...given);
    };
    await parts.mediaUploads(storeWith({ put }, directory)).save(object(key));
    expect(seen).toEqual([key]);
    expect(await folder.read(key)).toBe(`signed ${key}`);
  });

  it('leaves the journal with the transaction that keeps it, and only when that commits', async () => {
    const key = newKey();
    const id = await uploads.save(object(key));
    await expect(
      parts.transactions.inTransaction(async (sql) => {
        await uploads.keep(sql, id);
        throw new Error('The registration failed.');
      }),
    ).rejects.toThrow('The registration failed.');
    expect(await parts.journal()).toEqual([key]);
    await parts.transactions.inTransaction((sql) => uploads.keep(sql, id));
    expect(await parts.journal()).toEqual([]);
    expect(await folder.read(key)).toBe(`signed ${key}`);
  });

  it('is kept once: the second one to ask for it is refused', async () => {
    const id = await uploads.save(object(newKey()));
    await parts.transactions.inTransaction((sql) => uploads.keep(sql, id));
    await expect(parts.transactions.inTransaction((sql) => uploads.keep(sql, id))).rejects.toMatchObject(
      NOT_SAVED,
    );
  });

  it('that is discarded leaves neither object nor row', async () => {
    const id = await uploads.save(object(newKey()));
    await uploads.discard(id);
    expect(await parts.journal()).toEqual([]);
    expect(await folder.files()).toEqual([]);
    await expect(parts.transactions.inTransaction((sql) => uploads.keep(sql, id))).rejects.toMatchObject(
      NOT_SAVED,
    );
  });

  it('that is kept, or that was never there, is not discarded', async () => {
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
    expect(await parts.journal()).toEqual([]);
    expect(await folder.read(key)).toBe(`signed ${key}`);
  });

  it('is left to the sweeper when it cannot be discarded, and nobody is told', async () => {
    const key = newKey();
    const id = await uploads.save(object(key));
    const away = storeWith({ remove: () => Promise.reject(new StoreFailure('unreachable')) }, directory);
    await expect(parts.mediaUploads(away).discard(id)).resolves.toBeUndefined();
    expect(await parts.journal()).toEqual([key]);
    await expect(parts.transactions.inTransaction((sql) => uploads.keep(sql, id))).rejects.toMatchObject(
      NOT_SAVED,
    );
  });

  it('to a taken key is refused, and the object there is safe from the sweeper too', async () => {
    const key = newKey();
    const id = await uploads.save(object(key));
    await parts.transactions.inTransaction((sql) => uploads.keep(sql, id));
    await expect(uploads.save({ ...object(key), bytes: Buffer.from('other') })).rejects.toMatchObject(
      NOT_SAVED,
    );
    expect(await parts.journal()).toEqual([]);
    await parts.age();
    await parts.sweeper(directory).run();
    expect(await folder.read(key)).toBe(`signed ${key}`);
  });

  it('to a key that leads elsewhere comes neither into the journal nor into the store', async () => {
    await expect(uploads.save(object('../outside'))).rejects.toThrow('harmless');
    expect(await parts.journal()).toEqual([]);
    expect(await folder.entries()).toEqual([]);
  });
});

describe('A store that fails', () => {
  /** The row stays for the sweeper, whatever the store says; after it nothing is left. */
  async function nothingRemains(): Promise<void> {
    await parts.age();
    await parts.sweeper(directory).run();
    expect(await parts.journal()).toEqual([]);
    expect(await folder.files()).toEqual([]);
  }

  it('because the disk is full is told as a refusal, and its half-made object is removed at once', async () => {
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
    await waitUntil(async () => (await folder.files()).length === 0, { what: 'the half-made object to go' });
    await nothingRemains();
  });

  it('because a file stands in place of its folder is told as a refusal', async () => {
    await writeFile(join(folder.path, BUCKET), 'a file');
    await expect(uploads.save(object(newKey()))).rejects.toMatchObject(NOT_SAVED);
    await parts.age();
    expect(await parts.sweeper(directory).run()).toBe(1);
    expect(await parts.journal()).toEqual([]);
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
    expect(await parts.journal()).toEqual([key]);
    finish();
    await waitUntil(async () => (await folder.entries()).includes(`${BUCKET}/`), { what: 'the late object' });
    await waitUntil(async () => (await folder.files()).length === 0, { what: 'the late object to go' });
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

  it('is not asked at all when the journal cannot be written', async () => {
    const locker = await Session.open(database.adminUrl);
    try {
      await locker.run('ALTER TABLE mpi.media_uploads RENAME TO media_uploads_away');
      await expect(uploads.save(object(newKey()))).rejects.toMatchObject({ code: '42P01' });
    } finally {
      await locker.run('ALTER TABLE mpi.media_uploads_away RENAME TO media_uploads');
      await locker.close();
    }
    expect(await folder.entries()).toEqual([]);
  });
});
