import { Refusal } from '../refusal';

/** What a call may ask of its caller. Closed, so that a misspelt scope does not compile instead of shutting a call. */
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

/** The organisation in whose name somebody calls, as far as access depends on it. */
export interface CallingEntity {
  readonly type: string;
  readonly status: string | null;
  readonly isActive: boolean;
}

/** Who is behind a valid token, and what he and his program may do. */
export interface Caller {
  /** The author of everything the call changes. */
  readonly userId: string;
  /** The program he uses; its id is that of the legal entity it belongs to. */
  readonly clientId: string;
  readonly tokenScopes: readonly string[];
  readonly clientScopes: readonly string[];
  /** Nothing when the client names no legal entity we know. */
  readonly legalEntity: CallingEntity | null;
}

/** Types of legal entities that some calls are kept for. */
export type EntityType = 'NHS';

/** What a call asks of its caller. */
export interface AccessRequirement {
  readonly scopes: readonly Scope[];
  /** Only for callers of this type of legal entity; without it the type does not matter. */
  readonly entityType?: EntityType;
}

/** What is known about a token that was found. */
export interface TokenFacts {
  /** By the clock of the database, which all doors share. */
  readonly isExpired: boolean;
  /** Nothing when the token names no user we know. */
  readonly user: { readonly id: string; readonly isActive: boolean; readonly isBlocked: boolean } | null;
  readonly clientId: string | null;
  /** Separated by spaces, as they are kept. */
  readonly tokenScope: string | null;
  readonly clientScope: string | null;
  readonly legalEntity: CallingEntity | null;
}

/**
 * Who is behind a token. Whatever is wrong with it, the answer is the same: somebody who tries tokens must not
 * learn which of them were real once.
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

/** Refuses who may not make a call, in the published order: scopes, then his legal entity, then its type. */
export function admit(caller: Caller, { scopes, entityType: of }: AccessRequirement): void {
  const missing = scopes.filter((scope) => !isAllowed(caller, scope));
  if (missing.length > 0) throw new Refusal('scope_missing', { words: { allowances: missing.join(', ') } });
  const { legalEntity } = caller;
  if (legalEntity === null || legalEntity.status !== 'ACTIVE' || !legalEntity.isActive)
    throw new Refusal('legal_entity_not_active');
  if (of !== undefined && legalEntity.type !== of) throw new Refusal('entity_type_refused');
}

/** Whether a caller may do something: the user must have been given it, and the program he uses too. */
export function isAllowed({ tokenScopes, clientScopes }: Caller, scope: string): boolean {
  return tokenScopes.includes(scope) && clientScopes.includes(scope);
}

/** The scopes of a text, each once. */
export function scopesIn(text: string | null): string[] {
  return [...new Set((text ?? '').split(/\s+/))].filter((scope) => scope !== '');
}
