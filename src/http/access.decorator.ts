import { SetMetadata, createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { EntityType, AccessRequirement, Caller, Scope } from '../domain/access/access.rules';
import { requestOf, callerOf } from './request-context';

/** Who may make a call. */
export type Access =
  | { readonly kind: 'with token'; readonly need: AccessRequirement }
  | { readonly kind: 'with any token' }
  | { readonly kind: 'without token' }
  | { readonly kind: 'internal only' };

/** Under this key a handler, or its class for all of them, says who may call it. */
export const ACCESS = Symbol('access');

const says = (access: Access) => SetMetadata(ACCESS, access);

/** Asks for a token with these scopes; `of` also for the type of the caller's legal entity. */
export const Needs = (scope: Scope | readonly Scope[], { of }: { readonly of?: EntityType } = {}) => {
  const scopes = typeof scope === 'string' ? [scope] : scope;
  return says({ kind: 'with token', need: of === undefined ? { scopes } : { scopes, entityType: of } });
};

/** Asks for a valid token and nothing else: what its bearer may do is asked of him field by field. */
export const NeedsByField = () => says({ kind: 'with any token' });

/** Opens a call to everybody, on every port: health, and calls that prove themselves in another way. */
export const WithoutToken = () => says({ kind: 'without token' });

/** Answers on the internal port without a token; the public port does not even tell that such a call exists. */
export const InternalOnly = () => says({ kind: 'internal only' });

/** Knows who is behind a token. The room that keeps the tokens stands above this one and hands it in. */
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
