import { Refusal } from '../refusal';

/** All scopes. A closed list: a misspelt scope does not compile. */
export const SCOPES = [
  'person_verification:details',
  'person_verification:read',
  'person:read',
  'person:verify',
  'confidant_person_relationship_admin:read',
  'confidant_person_relationship_admin:write',
  'unzr:read',
  'unzr:write',
  'job:read',
  'job:run',
] as const;

export type Scope = (typeof SCOPES)[number];

/** The legal entity of a caller, as far as access depends on it. */
export interface CallingEntity {
  readonly type: string;
  readonly status: string | null;
  readonly isActive: boolean;
}

/** The user and the client of a valid token, with their scopes. */
export interface Caller {
  /** The author of everything the call changes. */
  readonly userId: string;
  /** The client program. Its id is that of its legal entity. */
  readonly clientId: string;
  readonly tokenScopes: readonly string[];
  readonly clientScopes: readonly string[];
  /** Null when the legal entity of the client does not exist. */
  readonly legalEntity: CallingEntity | null;
}

/** Types of legal entities that some calls are restricted to. */
export type EntityType = 'NHS';

/** What a call requires of its caller. */
export interface AccessRequirement {
  readonly scopes: readonly Scope[];
  /** Only for callers of this type of legal entity; without it, of any type. */
  readonly entityType?: EntityType;
}

/** What is known of a token that was found. */
export interface TokenFacts {
  /** By the clock of the database, which all processes share. */
  readonly isExpired: boolean;
  /** Null when the user of the token does not exist. */
  readonly user: { readonly id: string; readonly isActive: boolean; readonly isBlocked: boolean } | null;
  readonly clientId: string | null;
  /** Separated by spaces, as stored. */
  readonly tokenScope: string | null;
  readonly clientScope: string | null;
  readonly legalEntity: CallingEntity | null;
}

/**
 * The caller of a token. Every fault has the same refusal: an attacker who tries tokens must not learn which of them
 * were valid once.
 */
export function callerBehind(token: TokenFacts | undefined): Caller {
  if (token === undefined || token.isExpired) throw new Refusal('access_token_invalid');
  const { user, clientId } = token;
  if (user === null || !user.isActive || user.isBlocked) throw new Refusal('access_token_invalid');
  if (clientId === null) throw new Refusal('access_token_invalid');
  return {
    userId: user.id,
    clientId,
    tokenScopes: scopesIn(token.tokenScope),
    clientScopes: scopesIn(token.clientScope),
    legalEntity: token.legalEntity,
  };
}

/** Refuses a caller who may not make a call. */
export function admit(caller: Caller, need: AccessRequirement): void {
  const refusal = refusalOf(caller, need);
  if (refusal !== undefined) throw refusal;
}

/** Why a caller may not make a call; undefined if they may. Published order: scopes, the legal entity, its type. */
export function refusalOf(
  caller: Caller,
  { scopes, entityType: of }: AccessRequirement,
): Refusal | undefined {
  const missing = scopes.filter((scope) => !isAllowed(caller, scope));
  if (missing.length > 0) return new Refusal('scope_missing', { words: { allowances: missing.join(', ') } });
  const { legalEntity } = caller;
  if (legalEntity === null || legalEntity.status !== 'ACTIVE' || !legalEntity.isActive)
    return new Refusal('legal_entity_not_active');
  if (of !== undefined && legalEntity.type !== of) return new Refusal('entity_type_refused');
  return undefined;
}

/** Whether a caller has a scope: both the token and the client must have it. */
export function isAllowed({ tokenScopes, clientScopes }: Caller, scope: string): boolean {
  return tokenScopes.includes(scope) && clientScopes.includes(scope);
}

/**
 * The scopes of a text, each once. They are separated by spaces and nothing else (RFC 6749, 3.3): a tab or a
 * non-breaking space is part of a scope that nobody knows.
 */
export function scopesIn(text: string | null): string[] {
  return [...new Set((text ?? '').split(' '))].filter((scope) => scope !== '');
}
