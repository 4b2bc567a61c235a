import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Caller } from '../domain/access/caller';
import { requestOf } from './request-of';
import { callerOf } from './request-traits';

/** Knows who is behind a token. The room that keeps the tokens stands above this one and hands it in. */
export interface Callers {
  /** Refuses a token that is not valid. */
  ofToken(token: string): Promise<Caller>;
}

/** Ask for it with `@Inject(CALLERS) callers: Callers`. */
export const CALLERS = Symbol('CALLERS');

/** The caller of this very request, as a parameter of a handler that needs a token. */
export const CallerOf = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const caller = callerOf(requestOf(context));
  if (caller === undefined) throw new Error('A call without a token has no caller.');
  return caller;
});
