import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../src/database/data-source';
import { Transactions } from '../../src/database/transactions';
import type { MediaStore } from '../../src/media-storage/media-store';
import { UploadLogRepository } from '../../src/media-storage/upload-log.repository';
import { MediaUploads } from '../../src/media-storage/media-uploads.service';
import { OrphanCleaner } from '../../src/media-storage/orphan-cleaner.service';
import { Log, Metrics } from '../../src/observability';

/** The bucket of all tests. */
export const BUCKET = 'persons-dev';

/** In tests an orphan is an hour old. */
const ORPHAN_MINUTES = 60;

/** The parts of media storage on a real database, without the rest of the program. */
export class MediaParts {
  readonly metrics = new Metrics();
  readonly uploadLog: UploadLogRepository;
  private readonly log = new Log({ LOG_LEVEL: 'silent' });

  private constructor(
    private readonly dataSource: DataSource,
    readonly transactions: Transactions,
  ) {
    this.uploadLog = new UploadLogRepository(transactions);
  }

  static async open(databaseUrl: string): Promise<MediaParts> {
    const dataSource = await new DataSource(dataSourceOptions(databaseUrl)).initialize();
    return new MediaParts(dataSource, new Transactions(dataSource, new Metrics()));
  }

  mediaUploads(store: MediaStore, timeoutMs = 10_000): MediaUploads {
    return new MediaUploads(store, this.uploadLog, this.log, { MEDIA_STORAGE_TIMEOUT_MS: timeoutMs });
  }

  orphanCleaner(store: MediaStore, timeoutMs = 10_000): OrphanCleaner {
    const settings = { MEDIA_ORPHAN_MINUTES: ORPHAN_MINUTES, MEDIA_STORAGE_TIMEOUT_MS: timeoutMs };
    return new OrphanCleaner(store, this.uploadLog, this.log, this.metrics, settings);
  }

  /** As if everything in the upload log had been recorded two hours ago. */
  async age(): Promise<void> {
    await this.transactions.query({
      text: `UPDATE mpi.media_uploads SET inserted_at = now() - interval '2 hours'`,
    });
  }

  /** Keys in the upload log. */
  async loggedKeys(): Promise<string[]> {
    const rows = await this.transactions.query<{ object_key: string }>({
      text: 'SELECT object_key FROM mpi.media_uploads ORDER BY object_key',
    });
    return rows.map(({ object_key }) => object_key);
  }

  async clear(): Promise<void> {
    await this.transactions.query({ text: 'DELETE FROM mpi.media_uploads' });
  }

  async close(): Promise<void> {
    await this.dataSource.destroy();
  }
}

/** A store with some methods replaced. */
export function storeWith(verbs: Partial<MediaStore>, otherwise: MediaStore): MediaStore {
  return {
    put: verbs.put ?? ((object, signal) => otherwise.put(object, signal)),
    remove: verbs.remove ?? ((place, signal) => otherwise.remove(place, signal)),
  };
}

/** A directory of a test's own. */
export class MediaFolder {
  private constructor(readonly path: string) {}

  static async make(): Promise<MediaFolder> {
    return new MediaFolder(await mkdtemp(join(tmpdir(), 'media-')));
  }

  /** Everything in it, folders with a slash at the end. */
  async entries(): Promise<string[]> {
    const entries = await readdir(this.path, { recursive: true, withFileTypes: true });
    return entries
      .map(
        (entry) => relative(this.path, join(entry.parentPath, entry.name)) + (entry.isDirectory() ? '/' : ''),
      )
      .sort();
  }

  /** Files, whatever folders they are in. */
  async files(): Promise<string[]> {
    return (await this.entries()).filter((entry) => !entry.endsWith('/'));
  }

  async read(key: string): Promise<string> {
    return readFile(join(this.path, BUCKET, key), 'utf8');
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}
