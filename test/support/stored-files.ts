import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

const isGone = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

/** Everything below a folder, sorted, folders with a slash at the end; nothing when the folder is not there. */
export function entriesIn(folder: string): string[] {
  while (existsSync(folder)) {
    try {
      return readdirSync(folder, { recursive: true, withFileTypes: true })
        .map(
          (entry) => relative(folder, join(entry.parentPath, entry.name)) + (entry.isDirectory() ? '/' : ''),
        )
        .sort();
    } catch (error) {
      // The program removed a folder while it was read: it is read again.
      if (!isGone(error)) throw error;
    }
  }
  return [];
}

/** Every file below a folder, half-made ones too. */
export function filesIn(folder: string): string[] {
  return entriesIn(folder).filter((entry) => !entry.endsWith('/'));
}
