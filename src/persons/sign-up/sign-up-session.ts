import { createHash, randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { jwtVerify, SignJWT } from 'jose';
import type { Settings } from '../../config/settings.schema';
import { SETTINGS } from '../../config/settings.module';
import { Refusal } from '../../domain/refusal';

/** The published claims of a session between the two calls of a sign-up. */
const ISSUER = 'EHealth';
const AUDIENCE = 'pis-registration';
/** The only accepted algorithm, whatever the header of a token names. */
const ALGORITHM = 'HS256';
const RANDOM_SECRET_BYTES = 64;

/** What a session is bound to: the base64 text of the signed content, and the time. */
export interface SessionOf {
  readonly signedContent: string;
  readonly now: Date;
}

/** The token that step 1 returns and step 2 requires. It proves that this very content was validated, and nothing else. */
@Injectable()
export class SignUpSession {
  private readonly key: Uint8Array;
  private readonly ttlSeconds: number;

  constructor(@Inject(SETTINGS) settings: Pick<Settings, 'PIS_SESSION_SECRET' | 'PIS_SESSION_TTL_SECONDS'>) {
    // Without a secret (never in production) sessions live as long as this process.
    const secret = settings.PIS_SESSION_SECRET;
    this.key = secret === undefined ? randomBytes(RANDOM_SECRET_BYTES) : new TextEncoder().encode(secret);
    this.ttlSeconds = settings.PIS_SESSION_TTL_SECONDS;
  }

  issue({ signedContent, now }: SessionOf): Promise<string> {
    const issuedAt = Math.floor(now.getTime() / 1000);
    return new SignJWT({ content_hash: hashOf(signedContent) })
      .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + this.ttlSeconds)
      .sign(this.key);
  }

  /** Refuses a foreign, expired or unfit token, and one for other content, without saying which. */
  async check(jwt: string, { signedContent, now }: SessionOf): Promise<void> {
    const claims = await this.claimsOf(jwt, now);
    if (claims?.['content_hash'] !== hashOf(signedContent)) throw new Refusal('session_refused');
  }

  private async claimsOf(jwt: string, now: Date): Promise<Record<string, unknown> | undefined> {
    try {
      const { payload } = await jwtVerify(jwt, this.key, {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        audience: AUDIENCE,
        requiredClaims: ['exp', 'content_hash'],
        currentDate: now,
      });
      return payload;
    } catch {
      return undefined;
    }
  }
}

/** The published contract names MD5. It only binds the session to the content; the signature protects the content. */
function hashOf(signedContent: string): string {
  return createHash('md5').update(signedContent).digest('hex');
}
