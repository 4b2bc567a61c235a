import { writeSync } from 'node:fs';
import { DirectoryStore } from '../../../src/media-storage/directory-store';
import { BUCKET, MediaParts, storeWith } from '../media';

/**
 * A registration that stops at a certain moment and reports it: see `media-orphans.spec.ts`, which then
 * kills it. Called with the moment, the address of the database, a directory and a key.
 */
async function run(): Promise<void> {
  const [moment, databaseUrl = '', directory = '', key = ''] = process.argv.slice(2);
  const parts = await MediaParts.open(databaseUrl);
  const real = new DirectoryStore(directory);
  const store = storeWith(
    {
      put: async (object, signal) => {
        if (moment === 'row') stand();
        await real.put(object, moment === 'part' ? standingBeforeRename(signal) : signal);
        if (moment === 'object') stand();
      },
    },
    real,
  );
  const uploads = parts.mediaUploads(store);
  const id = await uploads.save({ bucket: BUCKET, key, bytes: Buffer.from('signed') });
  await parts.transactions.inTransaction(async (sql) => {
    await uploads.keep(sql, id);
    stand();
  });
}

/** A file is asked for its end a second time when everything is written and only the name is not right yet. */
function standingBeforeRename(signal: AbortSignal): AbortSignal {
  let asked = 0;
  const throwIfAborted = (): void => {
    asked += 1;
    if (asked === 2) stand();
  };
  return Object.defineProperty(signal, 'throwIfAborted', { value: throwIfAborted });
}

/** For ever, in the middle of whatever this thread was doing. */
function stand(): void {
  writeSync(1, 'held\n');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

void run();
