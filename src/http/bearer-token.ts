import { Refusal } from '../domain/refusal';

/** The form of a bearer token (RFC 6750); the name of the scheme may be written in any case. */
const BEARER = /^bearer +([A-Za-z0-9\-._~+/]+=*)$/i;

/** Ours have 43 symbols; nobody's token is as long as this, and a longer text is not worth a hash. */
const LONGEST_TOKEN = 4096;

/** The token of a header `Authorization`. A header that is missing or looks different is refused like a wrong token. */
export function bearerTokenIn(authorization: string | undefined): string {
  const [, token] = BEARER.exec(authorization ?? '') ?? [];
  if (token === undefined || token.length > LONGEST_TOKEN) throw new Refusal('access_token_invalid');
  return token;
}
