import { createHash } from 'node:crypto';
import { SignJWT } from 'jose';

/** Programs that are started with it take the sessions made here for their own. */
export const SESSION_SECRET = 'test-only-secret-of-sessions-0017';
export const SESSION_KEY = new TextEncoder().encode(SESSION_SECRET);

/** The claims of a session as step 1 would give it now. */
export function sessionClaims(signedContent: string, now: Date = new Date()): Record<string, unknown> {
  const seconds = Math.floor(now.getTime() / 1000);
  const hash = createHash('md5').update(signedContent).digest('hex');
  return { iss: 'EHealth', aud: 'pis-registration', iat: seconds, exp: seconds + 600, content_hash: hash };
}

/** A session with these claims. */
export function sessionJwt(
  claims: Readonly<Record<string, unknown>>,
  key: Uint8Array = SESSION_KEY,
  alg = 'HS256',
): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg }).sign(key);
}
