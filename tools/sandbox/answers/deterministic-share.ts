/**
 * A number from 0 (included) to 1 (excluded) that depends on the text alone: FNV-1a with the final mixing of
 * MurmurHash3, because FNV alone leaves neighbouring document numbers close together.
 */
export function shareOf(text: string): number {
  return hashOf(text) / 2 ** 32;
}

/** The 32-bit hash behind `shareOf`, for picking from lists. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
