import { SetMetadata, createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { EntityType, AccessRequirement, Caller, Scope } from '../domain/access/access.rules';
import { requestOf, callerOf } from './request-context';

/** Who may make a call. */
export type Access =
  | { readonly kind: 'with token'; readonly need: AccessRequirement }
  | { readonly kind: 'with any token' }
  | { readonly kind: 'without token' }
  | { readonly kind: 'internal only' };

/** The metadata key of who may call a handler; set on the handler, or on its class for all handlers. */
export const ACCESS = Symbol('access');

const declares = (access: Access) => SetMetadata(ACCESS, access);

/** Requires a token with these scopes; with `of`, also this type of the caller's legal entity. */
export const Needs = (scope: Scope | readonly Scope[], { of }: { readonly of?: EntityType } = {}) => {
  const scopes = typeof scope === 'string' ? [scope] : scope;
  return declares({ kind: 'with token', need: of === undefined ? { scopes } : { scopes, entityType: of } });
};

/** Requires a valid token, whatever its scopes and its legal entity. */
export const NeedsToken = () => declares({ kind: 'with any token' });

/** Opens a call to everybody, on every port: health, and calls with another proof, such as a signature. */
export const WithoutToken = () => declares({ kind: 'without token' });

/** Answers on the internal port without a token; on the public port the call does not exist. */
export const InternalOnly = () => declares({ kind: 'internal only' });

/** Finds the caller of a token. The module that stores the tokens is of a higher layer and provides it. */
export interface Callers {
  /** Refuses a token that is not valid. */
  authenticate(token: string): Promise<Caller>;
}

/** Ask for it with `@Inject(CALLERS) callers: Callers`. */
export const CALLERS = Symbol('CALLERS');

/** The caller of this very request, as a parameter of a handler that needs a token. */
export const CallerOf = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const caller = callerOf(requestOf(context));
  if (caller === undefined) throw new Error('A call without a token has no caller.');
  return caller;
});
