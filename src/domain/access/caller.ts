import type { Scope } from './scope';

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
export interface Need {
  readonly scopes: readonly Scope[];
  /** Only for callers of this type of legal entity; without it the type does not matter. */
  readonly of?: EntityType;
}
