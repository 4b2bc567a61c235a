/** Where an object is stored. */
export interface ObjectPlace {
  readonly bucket: string;
  /** Segments separated by slashes. */
  readonly key: string;
}

/** An object and its place. */
export interface NewObject extends ObjectPlace {
  readonly bytes: Uint8Array;
}

/** The store chosen by MEDIA_STORAGE; inject it with `@Inject(MEDIA_STORE)`. */
export const MEDIA_STORE = Symbol('MEDIA_STORE');

/** What the service needs of an object store. Both calls end soon after their signal is aborted. */
export interface MediaStore {
  /** Resolves when the object would survive a loss of power. Never overwrites an existing object. */
  put(object: NewObject, signal: AbortSignal): Promise<void>;
  /** Removes the object and what an interrupted `put` left of it. Removing a missing object succeeds. */
  remove(place: ObjectPlace, signal: AbortSignal): Promise<void>;
}

/** Why a store failed, in words that may be logged. */
export type StoreTrouble =
  'key_taken' | 'no_bucket' | 'access_denied' | 'unreachable' | 'too_late' | 'failed';

/** A failed call of a store. Only the code of the cause may be logged, never its message. */
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

/** The names of buckets that every kind of store accepts: those of S3, without dots. */
const BUCKET = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;

/**
 * One segment of a key. It cannot start with a dot, so it is never a way up; stores may use such names for files of their
 * own.
 */
const SEGMENT = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

/** Keys consist of ids and a few words; the service makes none with more segments. */
const MOST_SEGMENTS = 8;

/**
 * The segments of a place, its bucket first, each safe as a file name. The service makes all keys, so an unsafe one is a
 * bug or manipulated: it throws.
 */
export function segmentsOf({ bucket, key }: ObjectPlace): readonly string[] {
  const segments = key.split('/');
  const isHarmless = BUCKET.test(bucket) && segments.every((segment) => SEGMENT.test(segment));
  if (!isHarmless || segments.length > MOST_SEGMENTS) {
    throw new Error('The place of an object is not made of harmless segments.');
  }
  return [bucket, ...segments];
}

/**
 * The result of `work`, unless the signal is aborted first: then it rejects with `too_late`. A store should end by itself
 * when its signal is aborted, but a disk that hangs does not, and the caller must not hang with it.
 */
export async function untilAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  let stop: (() => void) | undefined;
  const late = new Promise<never>((_, reject) => {
    stop = () => reject(new StoreFailure('too_late'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    if (stop !== undefined) signal.removeEventListener('abort', stop);
  }
}
