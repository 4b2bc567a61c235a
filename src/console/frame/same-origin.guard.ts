import { type CanActivate, type ExecutionContext, ForbiddenException, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { requestOf } from '../../http';
import { isReader } from './reader';

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/**
 * Refuses a form that another site sent with the session of its visitor (CSRF). `SameSite` alone does not stop it: another
 * port of this host is the same site. Browsers say where a request is from in `Sec-Fetch-Site`, which no page can set; those
 * that do not send `Origin` with every form.
 */
@Injectable()
export class SameOriginGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = requestOf(context);
    if (!isReader(request)) throw new Error('A page is not behind the middleware of the console.');
    if (!SAFE_METHODS.has(request.method) && !isFromOurPage(request)) throw new ForbiddenException();
    return true;
  }
}

function isFromOurPage(request: Request): boolean {
  const site = request.get('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin';
  const origin = request.get('origin');
  if (origin === undefined || !URL.canParse(origin)) return false;
  // Behind a proxy that ends TLS the scheme is not ours, so the hosts are compared.
  return new URL(origin).host === request.get('host');
}
