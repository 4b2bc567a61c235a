import { lstat, mkdir, open, rename, rmdir, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type MediaStore, type NewObject, type ObjectPlace, StoreFailure, segmentsOf } from './media-store';

/** Signed documents are readable by the service's account only. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

/** A new folder may be removed as empty before the first file is in it, but hardly several times in a row. */
const TRIES = 5;

/** Objects as files below one directory, the bucket as its first folder. */
export class DirectoryStore implements MediaStore {
  private readonly root: string;

  constructor(directory: string) {
    this.root = resolve(directory);
  }

  /**
   * Writes a temporary file and renames it, so that nobody ever sees half an object. The temporary name follows from the
   * key and is opened exclusively, so only one writer at a time checks whether the key is free.
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
      // This may fail for the same reason as the write; the orphan clean-up removes the rest later.
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

  /** The first object may create the root itself; then the folders above it need a sync too. */
  private async makeFolder(folder: string): Promise<void> {
    const made = await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
    const isAboveRoot = made !== undefined && made.length <= this.root.length;
    if (isAboveRoot) await syncUp(dirname(this.root), dirname(made));
  }

  /** If a loss of power undid a removal, the file would remain without a record. */
  private async syncRemoval(folder: string): Promise<void> {
    try {
      await syncFolder(folder);
    } catch (error) {
      if (!isAbsence(error)) throw error;
    }
  }

  /** Up to the bucket, which stays. Stops at a folder that is not empty or already gone. */
  private async removeEmptyFolders(file: string): Promise<void> {
    try {
      for (let folder = dirname(file); dirname(folder) !== this.root; folder = dirname(folder)) {
        await rmdir(folder);
      }
    } catch {
      // A remaining empty folder does no harm.
    }
  }
}

/** Segments of keys never start with a dot, so this is never the file of another key. */
function partOf(file: string): string {
  return join(dirname(file), `.${file.slice(dirname(file).length + 1)}.part`);
}

/** A file survives a loss of power only if every folder above it does. */
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

/** ENOTDIR: a file is in the place of a folder, so nothing can be below it. */
function isAbsence(error: unknown): boolean {
  return codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
