import type { ArgumentsHost } from '@nestjs/common';
import type { Request } from 'express';

/** What the fields of a GraphQL operation know of each other: by which request they were asked for. */
export interface FieldContext {
  readonly req: Request;
}

/** A field of a GraphQL operation is asked like a call, by a handler; its answer and its errors are not the call's. */
export function isField(host: ArgumentsHost): boolean {
  return host.getType<string>() === 'graphql';
}

/** The request behind whatever is asked: the call itself, or what asks for a field (the third thing it is given). */
export function requestOf(host: ArgumentsHost): Request {
  if (isField(host)) return host.getArgByIndex<FieldContext>(2).req;
  return host.switchToHttp().getRequest<Request>();
}
