import {
  Injectable,
  NotFoundException,
  SetMetadata,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { traitsOf } from './request-traits';

const ON_EVERY_PORT = Symbol('on every port');

/** Opens a controller or a call to the public port. Without it a call answers on the internal port only. */
export const OnEveryPort = () => SetMetadata(ON_EVERY_PORT, true);

/**
 * Until access control exists nobody can be asked who he is, so what shows persons or commands jobs answers on
 * the internal port only. The public port does not even tell that such a call exists. Closed by default: a
 * forgotten decorator hides a call, it does not open one.
 */
@Injectable()
export class InternalPortGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    if (this.reflector.getAllAndOverride(ON_EVERY_PORT, [context.getHandler(), context.getClass()]))
      return true;
    const request = context.switchToHttp().getRequest<Request>();
    if (traitsOf(request).listener === 'internal') return true;
    // A hidden call must look exactly like one that is not there, its path in the answer included.
    Object.assign(request, { route: undefined });
    throw new NotFoundException();
  }
}
