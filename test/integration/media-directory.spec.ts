import { mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DirectoryStore } from '../../src/media-storage/directory-store';
import { BUCKET, MediaFolder } from '../support/media';

const KEY = '6f9b0c3e-58a1-4f0e-9d55-0a4f5d3f7c11/signed_content';
const NEVER = new AbortController().signal;

let folder: MediaFolder;
let store: DirectoryStore;
beforeEach(async () => {
  folder = await MediaFolder.make();
  store = new DirectoryStore(join(folder.path, 'media'));
});
afterEach(() => folder.remove());

const object = (text: string, key = KEY) => ({ bucket: BUCKET, key, bytes: Buffer.from(text) });
const inRoot = (...segments: string[]): string => join(folder.path, 'media', ...segments);

describe('The directory', () => {
  it('stores an object byte by byte, readable by its owner only', async () => {
    const bytes = Buffer.from([0, 255, 13, 10, 0]);
    await store.put({ bucket: BUCKET, key: KEY, bytes }, NEVER);
    expect(await readFile(inRoot(BUCKET, KEY))).toEqual(bytes);
    expect((await stat(inRoot(BUCKET, KEY))).mode & 0o777).toBe(0o600);
    for (const made of [inRoot(), inRoot(BUCKET), join(inRoot(BUCKET, KEY), '..')]) {
      expect((await stat(made)).mode & 0o777).toBe(0o700);
    }
    expect(folder.files()).toEqual([`media/${BUCKET}/${KEY}`]);
  });

  it('never overwrites an object, and the attempt does not damage it', async () => {
    await store.put(object('first'), NEVER);
    await expect(store.put(object('second'), NEVER)).rejects.toMatchObject({ trouble: 'key_taken' });
    expect(await readFile(inRoot(BUCKET, KEY), 'utf8')).toBe('first');
    expect(folder.files()).toEqual([`media/${BUCKET}/${KEY}`]);
  });

  it('lets one of many simultaneous writers of a key win', async () => {
    const ends = await Promise.allSettled(
      Array.from({ length: 20 }, (_, i) => store.put(object(`writer ${i}`), NEVER)),
    );
    const winners = ends.flatMap(({ status }, i) => (status === 'fulfilled' ? [`writer ${i}`] : []));
    expect(winners).toHaveLength(1);
    expect(await readFile(inRoot(BUCKET, KEY), 'utf8')).toBe(winners[0]);
    expect(folder.files()).toEqual([`media/${BUCKET}/${KEY}`]);
  });

  it('removes an object with its empty folders, and keeps others', async () => {
    const other = `${KEY.split('/')[0] ?? ''}/confidant_person_relationships/one/signed_content`;
    await store.put(object('first'), NEVER);
    await store.put(object('second', other), NEVER);
    await store.remove({ bucket: BUCKET, key: other }, NEVER);
    expect(folder.files()).toEqual([`media/${BUCKET}/${KEY}`]);
    expect(folder.entries()).not.toContainEqual(expect.stringContaining('relationships'));
    await store.remove({ bucket: BUCKET, key: KEY }, NEVER);
    expect(folder.entries()).toEqual(['media/', `media/${BUCKET}/`]);
  });

  it('treats a missing object as removed, whichever part of its path is missing', async () => {
    await expect(store.remove({ bucket: BUCKET, key: KEY }, NEVER)).resolves.toBeUndefined();
    await mkdir(inRoot(), { recursive: true });
    await writeFile(inRoot(BUCKET), 'a file in place of the bucket');
    await expect(store.remove({ bucket: BUCKET, key: KEY }, NEVER)).resolves.toBeUndefined();
  });

  it('keeps objects while empty folders beside them are removed', async () => {
    const keys = Array.from({ length: 30 }, (_, i) => `person/${i}/signed_content`);
    await Promise.all(
      keys.map(async (key, i) => {
        await store.put(object(key, key), NEVER);
        if (i % 2 === 1) await store.remove({ bucket: BUCKET, key }, NEVER);
      }),
    );
    const kept = keys.filter((_, i) => i % 2 === 0).map((key) => `media/${BUCKET}/${key}`);
    expect(folder.files()).toEqual(kept.sort());
  });

  it('leaves nothing when a file is in place of a folder', async () => {
    await mkdir(inRoot(), { recursive: true });
    await writeFile(inRoot(BUCKET), 'a file');
    await expect(store.put(object('lost'), NEVER)).rejects.toThrow();
    expect(folder.files()).toEqual([`media/${BUCKET}`]);
  });

  it('leaves nothing when it is aborted', async () => {
    await expect(store.put(object('lost'), AbortSignal.abort())).rejects.toThrow();
    const lateSignal = new AbortController();
    const put = store.put({ ...object(''), bytes: Buffer.alloc(32 << 20, 1) }, lateSignal.signal);
    lateSignal.abort();
    await expect(put).rejects.toThrow();
    expect(folder.files()).toEqual([]);
  });
});

describe('A key that leads elsewhere', () => {
  it.each([
    '../outside',
    '../../outside',
    `${KEY}/../../../../outside`,
    '/outside',
    '..\\outside',
    'a\0/../b',
  ])('is neither written nor removed: %j', async (key) => {
    const outside = join(folder.path, 'outside');
    await writeFile(outside, 'not yours');
    await expect(store.put(object('mine', key), NEVER)).rejects.toThrow('harmless');
    await expect(store.remove({ bucket: BUCKET, key }, NEVER)).rejects.toThrow('harmless');
    await expect(store.put({ ...object('mine', 'outside'), bucket: '..' }, NEVER)).rejects.toThrow(
      'harmless',
    );
    expect(await readFile(outside, 'utf8')).toBe('not yours');
    expect(folder.entries()).toEqual(['outside']);
  });

  it('does not write through a link in the place of the object', async () => {
    const outside = join(folder.path, 'outside');
    await writeFile(outside, 'not yours');
    await mkdir(join(inRoot(BUCKET, KEY), '..'), { recursive: true });
    await symlink(outside, inRoot(BUCKET, KEY));
    await expect(store.put(object('mine'), NEVER)).rejects.toMatchObject({ trouble: 'key_taken' });
    expect(await readFile(outside, 'utf8')).toBe('not yours');
  });
});
