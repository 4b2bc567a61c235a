import {
  Injectable,
  SetMetadata,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { map, type Observable } from 'rxjs';
import type { Meta, Paging } from './envelope';
import { ListAnswer } from './paging';
import { isField } from './request-of';
import { traitsOf, urlOfAnswered } from './request-traits';

/** Under this key a handler or its class says that its answers have no envelope. */
export const BARE = Symbol('bare answer');

/** For answers that machines expect in their own shape: health and metrics. */
export const WithoutEnvelope = () => SetMetadata(BARE, true);

interface Envelope {
  meta: Meta;
  data: unknown;
  paging?: Paging;
}

function wrap(answer: unknown, meta: Omit<Meta, 'type'>): Envelope {
  if (answer instanceof ListAnswer) {
    return { meta: { ...meta, type: 'list' }, data: answer.entries, paging: answer.paging };
  }
  return { meta: { ...meta, type: 'object' }, data: answer };
}

/** Puts every good answer into the envelope. */
@Injectable()
export class EnvelopeInterceptor implements NestInterceptor {
  constructor(private readonly reflector: Reflector) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (isField(context)) return next.handle();
    if (this.reflector.getAllAndOverride(BARE, [context.getHandler(), context.getClass()]))
      return next.handle();
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    const response = http.getResponse<Response>();
    return next.handle().pipe(
      map((answer) =>
        wrap(answer, {
          code: response.statusCode,
          url: urlOfAnswered(request),
          request_id: traitsOf(request).requestId,
        }),
      ),
    );
  }
}
