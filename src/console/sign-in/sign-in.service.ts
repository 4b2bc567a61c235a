import { Injectable } from '@nestjs/common';
import { Refusal } from '../../domain/refusal';
import { TokenRepository, WORKING_DAY_HOURS } from '../../mithril';

/** What the cookie of a session carries, and how long. */
export interface Session {
  /** An access token. The database has its hash only, and every request looks it up anew. */
  readonly token: string;
  readonly seconds: number;
}

/** How somebody proves who they are. A page of the authorization server can take the place of the form. */
export abstract class SignIn {
  /** Refuses what proves nothing. */
  abstract open(proof: string): Promise<Session>;

  /** Begins the session of a link that signs in once. Refuses one that was used, has expired or is unknown. */
  abstract openByCode(code: string): Promise<Session>;

  /** After this the token is no longer good for anything. */
  abstract close(token: string): Promise<void>;
}

const LONGEST_SESSION_SECONDS = WORKING_DAY_HOURS * 60 * 60;

/** The proof is an access token. */
@Injectable()
export class TokenSignIn extends SignIn {
  constructor(private readonly tokens: TokenRepository) {
    super();
  }

  async open(token: string): Promise<Session> {
    const left = await this.tokens.secondsLeft(token);
    return { token, seconds: Math.min(left, LONGEST_SESSION_SECONDS) };
  }

  async openByCode(code: string): Promise<Session> {
    const token = await this.tokens.exchange(code);
    if (token === undefined) throw new Refusal('access_token_invalid');
    return this.open(token);
  }

  close(token: string): Promise<void> {
    return this.tokens.revoke(token);
  }
}
