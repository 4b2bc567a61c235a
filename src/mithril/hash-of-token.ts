import { createHash } from 'node:crypto';

/** What is kept of a token: who reads the table learns of none. A random token needs no salt. */
export function hashOfToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
