import {
  type CanActivate,
  type ExecutionContext,
  Inject,
  Injectable,
  NotFoundException,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { admit, type Caller } from '../domain/access/access.rules';
import { ACCESS, type Access, CALLERS, type Callers } from './access.decorator';
import { requestOf, callerOf, noteCaller, notedTokenOf, traitsOf } from './request-context';
import { Refusal } from '../domain/refusal';

/** Admits only callers whom the handler declares. It runs before anything of the request is read. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    @Inject(CALLERS) private readonly callers: Callers,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const sites = [context.getHandler(), context.getClass()];
    const access = this.reflector.getAllAndOverride<Access | undefined>(ACCESS, sites);
    const request = requestOf(context);
    switch (access?.kind) {
      case 'without token':
        return true;
      case 'internal only':
        hideFromOutside(request);
        return true;
      case 'with token':
        admit(await this.callerBehind(request), access.need);
        return true;
      case 'with any token':
        await this.callerBehind(request);
        return true;
      case undefined:
        // The program does not start with such a handler; should one get past that check, it stays closed.
        throw new Error('A handler does not declare who may call it.');
    }
  }

  /** A token is looked up once a request, however many GraphQL fields it has. */
  private async callerBehind(request: Request): Promise<Caller> {
    const known = callerOf(request);
    if (known !== undefined) return known;
    const caller = await this.callers.authenticate(tokenOf(request));
    noteCaller(request, caller);
    return caller;
  }
}

function hideFromOutside(request: Request): void {
  if (traitsOf(request).listener === 'internal') return;
  // A hidden call must look exactly like a missing one, its path in the answer included.
  Object.assign(request, { route: undefined });
  throw new NotFoundException();
}

/** The form of a bearer token (RFC 6750). */
const TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;

/** The name of the scheme may be written in any case. */
const BEARER = /^bearer +(.*)$/i;

/** Our tokens have 43 characters; a text longer than this is not hashed. */
const LONGEST_TOKEN = 4096;

/** The token of a request. A missing or malformed one is refused like a wrong token. */
export function tokenOf(request: Request): string {
  const token = notedTokenOf(request) ?? BEARER.exec(request.headers.authorization ?? '')?.[1] ?? '';
  if (token.length > LONGEST_TOKEN || !TOKEN.test(token)) throw new Refusal('access_token_invalid');
  return token;
}
