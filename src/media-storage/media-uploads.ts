import { randomUUID } from 'node:crypto';
import type { Sql } from '../database/transactions';
import { Refusal } from '../domain/refusal';
import { describeError, type Log } from '../observability';
import { type MediaStore, type NewObject, type ObjectPlace, StoreFailure, troubleOf } from './media-store';
import type { MediaUploadRepository } from './media-upload.repository';
import { segmentsOf } from './object-place.rules';
import { until } from './until';

/** What uploads are made with. */
export interface UploadPorts {
  readonly store: MediaStore;
  readonly uploads: MediaUploadRepository;
  readonly log: Log;
  /** For the whole of one `put`, or one `remove`. */
  readonly timeoutMs: number;
}

/**
 * Objects that belong to a registration which is not committed yet. Each is written down before it is sent and crossed
 * out by the very transaction that needs it: an object without its registration is always known, and a registration
 * without its object cannot come about.
 */
export class MediaUploads {
  constructor(private readonly ports: UploadPorts) {}

  /**
   * Resolves with the id of the upload once the object is durable. The key must be one that was never used before: it
   * contains an id made up for this very object.
   */
  async save({ bucket, key, bytes }: NewObject): Promise<string> {
    const { store, uploads, log, timeoutMs } = this.ports;
    const place = { bucket, key };
    segmentsOf(place);
    const id = randomUUID();
    await uploads.writeDown(id, place);
    const deadline = AbortSignal.timeout(timeoutMs);
    const written = store.put({ ...place, bytes }, deadline);
    try {
      await until(written, deadline);
      return id;
    } catch (error) {
      log.error('signed content not saved', error, { why: troubleOf(error) });
      if (isOfAnotherUpload(error)) await this.forgetQuietly(id);
      else void this.removeHalfMade(place, written);
      throw new Refusal('signed_content_not_saved');
    }
  }

  /**
   * Crosses the upload out, in the transaction that needs its object. Refused when it was given up in the meantime: then
   * the object is gone or about to go.
   */
  async keep(sql: Sql, uploadId: string): Promise<void> {
    const isKept = await this.ports.uploads.keep(sql, uploadId);
    if (!isKept) throw new Refusal('signed_content_not_saved');
  }

  /**
   * After a registration that failed. It may be called whatever is known about the end of its transaction: an upload
   * that is kept, or that a transaction still holds, is left alone. Never rejects; the sweeper does what this could not.
   */
  async discard(uploadId: string): Promise<void> {
    const { store, uploads, log, timeoutMs } = this.ports;
    try {
      const orphan = await uploads.giveUp(uploadId);
      if (orphan === undefined) return;
      const deadline = AbortSignal.timeout(timeoutMs);
      await until(store.remove(orphan, deadline), deadline);
      await uploads.forget(uploadId);
    } catch (error) {
      log.warn('object of a failed registration left to the sweeper', {
        why: troubleOf(error),
        error: describeError(error),
      });
    }
  }

  /**
   * Signed content need not lie about until the sweeper comes. Its row stays all the same: a store that did not answer
   * in time may finish the object after this.
   */
  private async removeHalfMade(place: ObjectPlace, written: Promise<void>): Promise<void> {
    const { store, log, timeoutMs } = this.ports;
    try {
      await written.catch(() => undefined);
      await store.remove(place, AbortSignal.timeout(timeoutMs));
    } catch (error) {
      log.warn('half-made object left to the sweeper', {
        why: troubleOf(error),
        error: describeError(error),
      });
    }
  }

  /** The object at this key is somebody else's, and must not be removed on behalf of this upload. */
  private async forgetQuietly(id: string): Promise<void> {
    try {
      await this.ports.uploads.forget(id);
    } catch (error) {
      this.ports.log.error('upload to a taken key not crossed out', error);
    }
  }
}

function isOfAnotherUpload(error: unknown): boolean {
  return error instanceof StoreFailure && error.trouble === 'key_taken';
}
