/** Where an object lies. */
export interface ObjectPlace {
  readonly bucket: string;
  /** Segments with slashes between. */
  readonly key: string;
}

/** An object and its place. */
export interface NewObject extends ObjectPlace {
  readonly bytes: Uint8Array;
}

/** Ask for it with `@Inject(MEDIA_STORE)`. */
export const MEDIA_STORE = Symbol('MEDIA_STORE');

/** All this program wants of a place where objects are kept. Neither verb goes on for long once its signal says stop. */
export interface MediaStore {
  /** Resolves when the object would outlive a loss of power; an object that is there is never overwritten. */
  put(object: NewObject, signal: AbortSignal): Promise<void>;
  /** Removes the object and whatever a broken-off `put` has left of it. One that is not there is removed already. */
  remove(place: ObjectPlace, signal: AbortSignal): Promise<void>;
}

/** What kept a store from doing what it was asked, in words that may be logged. */
export type StoreTrouble =
  'key_taken' | 'no_bucket' | 'access_denied' | 'unreachable' | 'too_late' | 'failed';

/** A store that did not do what it was asked. The cause is for its code: its sentences are never told. */
export class StoreFailure extends Error {
  override readonly name = 'StoreFailure';

  constructor(
    readonly trouble: StoreTrouble,
    cause?: unknown,
  ) {
    super(`Media storage: ${trouble}`, { cause });
  }
}

/** The word for the log. */
export function troubleOf(error: unknown): StoreTrouble {
  return error instanceof StoreFailure ? error.trouble : 'failed';
}
