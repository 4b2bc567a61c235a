import { lstat, mkdir, open, rename, rmdir, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { MediaStore, NewObject, ObjectPlace } from './media-store';
import { StoreFailure } from './media-store';
import { segmentsOf } from './object-place.rules';

/** What people have signed is read by this program's account alone. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

/** A folder just made can be swept away as an empty one before the first file is in it; not several times in a row. */
const TRIES = 5;

/** Objects as files below one directory, the bucket as its first folder. */
export class DirectoryStore implements MediaStore {
  private readonly root: string;

  constructor(directory: string) {
    this.root = resolve(directory);
  }

  /**
   * Writes beside the place and renames: nobody ever sees half an object. The name beside it follows from the key and
   * is opened exclusively, so only one writer at a time looks whether the key is free and takes it.
   */
  async put({ bytes, ...place }: NewObject, signal: AbortSignal): Promise<void> {
    const file = this.fileOf(place);
    const part = partOf(file);
    const written = await this.openExclusively(part, signal);
    try {
      try {
        await written.writeFile(bytes);
        await written.sync();
      } finally {
        await written.close();
      }
      if (await isThere(file)) throw new StoreFailure('key_taken');
      signal.throwIfAborted();
      await rename(part, file);
    } catch (error) {
      // What stands in the way of the writing may stand in the way of this too; the sweeper comes by later.
      await unlink(part).catch(() => undefined);
      throw error;
    }
    await syncUp(dirname(file), this.root);
  }

  async remove(place: ObjectPlace, signal: AbortSignal): Promise<void> {
    const file = this.fileOf(place);
    signal.throwIfAborted();
    await removeFile(partOf(file));
    await removeFile(file);
    await this.syncRemoval(dirname(file));
    await this.removeEmptyFolders(file);
  }

  private fileOf(place: ObjectPlace): string {
    return join(this.root, ...segmentsOf(place));
  }

  private async openExclusively(part: string, signal: AbortSignal) {
    for (let tries = 1; ; tries += 1) {
      signal.throwIfAborted();
      await this.makeFolder(dirname(part));
      try {
        return await open(part, 'wx', FILE_MODE);
      } catch (error) {
        if (codeOf(error) === 'EEXIST') throw new StoreFailure('key_taken', error);
        if (codeOf(error) !== 'ENOENT' || tries >= TRIES) throw error;
      }
    }
  }

  /** The folders above the root are its owner's, but the first object may be the one that makes the root itself. */
  private async makeFolder(folder: string): Promise<void> {
    const made = await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
    const isAboveRoot = made !== undefined && made.length <= this.root.length;
    if (isAboveRoot) await syncUp(dirname(this.root), dirname(made));
  }

  /** A removal that a loss of power undoes would leave a file that nobody knows of any more. */
  private async syncRemoval(folder: string): Promise<void> {
    try {
      await syncFolder(folder);
    } catch (error) {
      if (!isAbsence(error)) throw error;
    }
  }

  /** Up to the bucket, which stays. A folder that is not empty, or is gone already, ends the way. */
  private async removeEmptyFolders(file: string): Promise<void> {
    try {
      for (let folder = dirname(file); dirname(folder) !== this.root; folder = dirname(folder)) {
        await rmdir(folder);
      }
    } catch {
      // An empty folder left behind harms nobody.
    }
  }
}

/** Keys cannot begin a segment with a dot, so this is never the file of another key. */
function partOf(file: string): string {
  return join(dirname(file), `.${file.slice(dirname(file).length + 1)}.part`);
}

/** A file is found again after a loss of power only if every folder above it is, too. */
async function syncUp(from: string, to: string): Promise<void> {
  await syncFolder(from);
  if (from !== to) await syncUp(dirname(from), to);
}

async function syncFolder(folder: string): Promise<void> {
  const opened = await open(folder, 'r');
  try {
    await opened.sync();
  } finally {
    await opened.close();
  }
}

async function removeFile(file: string): Promise<void> {
  try {
    await unlink(file);
  } catch (error) {
    if (!isAbsence(error)) throw error;
  }
}

async function isThere(file: string): Promise<boolean> {
  try {
    await lstat(file);
    return true;
  } catch (error) {
    if (isAbsence(error)) return false;
    throw error;
  }
}

/** Where a file stands in place of a folder, nothing can be below it. */
function isAbsence(error: unknown): boolean {
  return codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
