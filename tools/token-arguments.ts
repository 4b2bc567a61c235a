import { parseArgs } from 'node:util';
import { scopesIn, SCOPES } from '../src/domain/access/access.rules';
import { WrongUsage } from './command-line';
import { LOCAL_CLIENT_ID, type LocalGrant } from './local-token';

/** A working day. */
const USUAL_TTL_MINUTES = 480;
/** A year: longer than any local installation lives. */
const LONGEST_TTL_MINUTES = 527_040;
/** The longest life of an authorization code that RFC 6749, 4.1.2 recommends. */
const LINK_TTL_MINUTES = 10;

export const TOKEN_USAGE = `Usage: npm run -s token -- --scope "<scope> <scope> …" [options]

  --scope "…"            scopes separated by spaces:
                         ${SCOPES.join('\n                         ')}
  --ttl-minutes <n>      its lifetime (${USUAL_TTL_MINUTES})
  --client <id>          the client that uses it, created if missing
                         (${LOCAL_CLIENT_ID})
  --link                 instead of a token, a link that signs in to the web pages at
                         HTTP_PORT: once, within ${LINK_TTL_MINUTES} minutes

Prints the token or the link. It is shown only once: the database keeps its hash. DATABASE_URL
names the owner of the tables: the account of the program may not create clients.
`;

/** The form of a scope: a thing and an action. */
const SCOPE = /^[a-z_]+:[a-z_]+$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What the token allows, for how long, and how it is handed over. */
export interface TokenArguments extends Omit<LocalGrant, 'actorId'> {
  /** A link that signs in once, instead of a token. */
  readonly isLink: boolean;
}

function scopesFrom(text: string | undefined): string[] {
  const scopes = scopesIn(text ?? null);
  if (scopes.length === 0) throw new WrongUsage('--scope "…" is missing');
  if (!scopes.every((scope) => SCOPE.test(scope)))
    throw new WrongUsage('--scope must hold scopes such as job:read, separated by spaces');
  return scopes;
}

function ttlFrom(text = String(USUAL_TTL_MINUTES)): number {
  const minutes = /^\d+$/.test(text) ? Number(text) : 0;
  if (minutes < 1 || minutes > LONGEST_TTL_MINUTES)
    throw new WrongUsage(`--ttl-minutes must be a whole number from 1 to ${LONGEST_TTL_MINUTES}`);
  return minutes;
}

/** Throws `WrongUsage`, or an error of `parseArgs`. */
export function readTokenArguments(args: string[]): TokenArguments {
  const text = { type: 'string' } as const;
  const options = { scope: text, 'ttl-minutes': text, client: text, link: { type: 'boolean' } } as const;
  const { values } = parseArgs({ args, options });
  const isLink = values.link === true;
  if (isLink && values['ttl-minutes'] !== undefined)
    throw new WrongUsage(`--link is valid for ${LINK_TTL_MINUTES} minutes: leave out --ttl-minutes`);
  const clientId = (values.client ?? LOCAL_CLIENT_ID).toLowerCase();
  if (!UUID.test(clientId)) throw new WrongUsage('--client must be a UUID');
  const ttlMinutes = isLink ? LINK_TTL_MINUTES : ttlFrom(values['ttl-minutes']);
  return { scopes: scopesFrom(values.scope), ttlMinutes, clientId, isLink };
}
