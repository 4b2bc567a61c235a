import type { ObjectPlace } from './media-store';

/** The names every kind of store accepts for a bucket; they are those of S3, without its dots. */
const BUCKET = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;

/**
 * One segment of a key. It cannot begin with a dot, so it is never a way up, and what a store writes beside objects may
 * begin with one.
 */
const SEGMENT = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

/** Keys are made of ids and a few words; more segments than this were not made by this program. */
const MOST_SEGMENTS = 8;

/**
 * The segments of a place, its bucket first, each harmless as the name of a file. Keys are made by this program, so
 * one that is not is a bug or was written by somebody else.
 */
export function segmentsOf({ bucket, key }: ObjectPlace): readonly string[] {
  const segments = key.split('/');
  const isHarmless = BUCKET.test(bucket) && segments.every((segment) => SEGMENT.test(segment));
  if (!isHarmless || segments.length > MOST_SEGMENTS) {
    throw new Error('The place of an object is not made of harmless segments.');
  }
  return [bucket, ...segments];
}
