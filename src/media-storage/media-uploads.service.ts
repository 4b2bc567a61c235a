import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Settings } from '../config/settings.schema';
import { SETTINGS } from '../config/settings.module';
import type { Sql } from '../database/transactions';
import { Refusal } from '../domain/refusal';
import { describeError, Log } from '../observability';
import {
  MEDIA_STORE,
  type MediaStore,
  type NewObject,
  type ObjectPlace,
  segmentsOf,
  StoreFailure,
  troubleOf,
  untilAborted,
} from './media-store';
import { UploadLogRepository } from './upload-log.repository';

/**
 * Objects of registrations that are not committed yet. The upload log records each one before it is sent, and the
 * transaction that needs the object deletes the record. So an object without its registration is always known, and a
 * registration without its object cannot exist.
 */
@Injectable()
export class MediaUploads {
  constructor(
    @Inject(MEDIA_STORE) private readonly store: MediaStore,
    private readonly uploadLog: UploadLogRepository,
    private readonly log: Log,
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'MEDIA_STORAGE_TIMEOUT_MS'>,
  ) {}

  /**
   * Resolves with the id of the upload once the object is durable; throws `signed_content_not_saved` otherwise. The key
   * must be new: it contains an id generated for this very object.
   */
  async save({ bucket, key, bytes }: NewObject): Promise<string> {
    const place = { bucket, key };
    segmentsOf(place);
    const id = randomUUID();
    await this.uploadLog.record(id, place);
    const deadline = this.deadline();
    const written = this.store.put({ ...place, bytes }, deadline);
    try {
      await untilAborted(written, deadline);
      return id;
    } catch (error) {
      this.log.error('signed content not saved', error, { why: troubleOf(error) });
      if (isOfAnotherUpload(error)) await this.deleteRecordQuietly(id);
      else void this.removePartialObject(place, written);
      throw new Refusal('signed_content_not_saved');
    }
  }

  /**
   * Deletes the record, in the transaction that needs the object. Throws `signed_content_not_saved` when the upload was
   * marked as orphaned in the meantime: then the object is gone or about to go.
   */
  async keep(sql: Sql, uploadId: string): Promise<void> {
    const isKept = await this.uploadLog.keep(sql, uploadId);
    if (!isKept) throw new Refusal('signed_content_not_saved');
  }

  /**
   * Removes the object of a failed registration. Safe whatever is known about the end of its transaction: an upload that
   * is kept, or that a transaction still holds, is left alone. Never rejects; the orphan clean-up retries.
   */
  async discard(uploadId: string): Promise<void> {
    try {
      const orphan = await this.uploadLog.markOrphan(uploadId);
      if (orphan === undefined) return;
      const deadline = this.deadline();
      await untilAborted(this.store.remove(orphan, deadline), deadline);
      await this.uploadLog.delete(uploadId);
    } catch (error) {
      this.log.warn('object of a failed registration not removed, the orphan clean-up will retry', {
        why: troubleOf(error),
        error: describeError(error),
      });
    }
  }

  /** For the whole of one `put`, or one `remove`. */
  private deadline(): AbortSignal {
    return AbortSignal.timeout(this.settings.MEDIA_STORAGE_TIMEOUT_MS);
  }

  /**
   * Signed content should not remain until the orphan clean-up. The record stays all the same: a store that did not
   * answer in time may finish the object after this.
   */
  private async removePartialObject(place: ObjectPlace, written: Promise<void>): Promise<void> {
    try {
      await written.catch(() => undefined);
      await this.store.remove(place, this.deadline());
    } catch (error) {
      this.log.warn('partial object not removed, the orphan clean-up will retry', {
        why: troubleOf(error),
        error: describeError(error),
      });
    }
  }

  /** The object at this key belongs to another upload, and must not be removed because of this one. */
  private async deleteRecordQuietly(id: string): Promise<void> {
    try {
      await this.uploadLog.delete(id);
    } catch (error) {
      this.log.error('record of an upload to a taken key not deleted', error);
    }
  }
}

function isOfAnotherUpload(error: unknown): boolean {
  return error instanceof StoreFailure && error.trouble === 'key_taken';
}
