import { type INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { readSettings } from '../../src/config/read-settings';
import { SETTINGS, SettingsModule } from '../../src/config/settings.module';
import { DatabaseModule } from '../../src/database/database.module';
import { Transactions } from '../../src/database/transactions';
import {
  MediaStorageModule,
  MediaStorageWorkerModule,
  MediaUploads,
  OrphanCleaner,
} from '../../src/media-storage';
import { Log, Metrics, NestLog, ObservabilityModule } from '../../src/observability';
import { freshDatabase, type FreshDatabase } from '../support/database';
import { BUCKET, MediaFolder, S3_KEY, S3Server } from '../support/media';
import { environmentOf } from '../support/program';
import { asAdmin } from '../support/sql-session';

let database: FreshDatabase;
let folder: MediaFolder;
let app: INestApplicationContext;

beforeAll(async () => {
  database = await freshDatabase();
  folder = await MediaFolder.make();
});
afterEach(() => app.close());
afterAll(async () => {
  await folder.remove();
  await database.drop();
});

async function start(environment: Record<string, string>, works: boolean): Promise<void> {
  const urls = { databaseUrl: database.url, redisUrl: 'redis://nowhere', registerUrl: 'http://nowhere' };
  const settings = readSettings(environmentOf({ ...urls, environment }), 'http');
  const log = new Log({ LOG_LEVEL: 'silent' });
  const module = await Test.createTestingModule({
    imports: [
      SettingsModule,
      ObservabilityModule,
      DatabaseModule,
      works ? MediaStorageWorkerModule : MediaStorageModule,
    ],
  })
    .setLogger(new NestLog(log))
    .overrideProvider(SETTINGS)
    .useValue(settings)
    .overrideProvider(Log)
    .useValue(log)
    .compile();
  // The first clean-up that a worker does by itself comes at a random moment of its first minute: here at the end of it.
  const random = vi.spyOn(Math, 'random').mockReturnValue(1);
  app = await module.init();
  random.mockRestore();
}

const key = (): string => `${randomUUID()}/signed_content`;

describe('Media storage', () => {
  it('is a directory by default', async () => {
    await start({ MEDIA_STORAGE_DIRECTORY: folder.path }, false);
    const place = key();
    const id = await app
      .get(MediaUploads, { strict: false })
      .save({ bucket: BUCKET, key: place, bytes: Buffer.from('signed') });
    expect(await app.get(Metrics, { strict: false }).text()).toContain('media_uploads_waiting 1');
    const uploads = app.get(MediaUploads, { strict: false });
    await app.get(Transactions, { strict: false }).inTransaction((sql) => uploads.keep(sql, id));
    expect(await app.get(Metrics, { strict: false }).text()).toContain('media_uploads_waiting 0');
    expect(await folder.read(place)).toBe('signed');
  });

  it('is S3 by setting, and a worker removes orphans there', async () => {
    const s3 = await S3Server.start();
    try {
      const environment = {
        MEDIA_STORAGE: 's3',
        MEDIA_STORAGE_S3_URL: s3.url,
        MEDIA_STORAGE_S3_REGION: S3_KEY.region,
        MEDIA_STORAGE_S3_ACCESS_KEY: S3_KEY.accessKey,
        MEDIA_STORAGE_S3_SECRET_KEY: S3_KEY.secretKey,
      };
      await start(environment, true);
      const place = key();
      await app
        .get(MediaUploads, { strict: false })
        .save({ bucket: BUCKET, key: place, bytes: Buffer.from('signed') });
      expect([...s3.objects.keys()]).toEqual([place]);
      const cleaner = app.get(OrphanCleaner, { strict: false });
      const age = (minutes: number) =>
        asAdmin(
          database.adminUrl,
          `UPDATE mpi.media_uploads SET inserted_at = now() - interval '${minutes} minutes'`,
        );
      await age(58);
      expect(await cleaner.removeOrphans()).toBe(0);
      await age(59);
      expect(await cleaner.removeOrphans()).toBe(1);
      expect(s3.objects.size).toBe(0);
    } finally {
      await s3.stop();
    }
  });
});
