import type { FieldFault } from '../domain/refusal';
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
import { ListAnswer, type Paging } from './paging.dto';
import { isField, traitsOf, urlOfAnswered } from './request-context';

/** The head of every answer. */
export interface Meta {
  readonly code: number;
  /** The path without its query: queries may carry what was searched for. */
  readonly url: string;
  readonly type: 'object' | 'list';
  readonly request_id: string;
}

/** One fault of a field, as it is sent. */
export interface InvalidField {
  readonly entry: string;
  readonly entry_type: 'json_data_property';
  readonly rules: readonly { rule: string; description: string; params: readonly string[] }[];
}

/** What went wrong, as it is sent. `invalid` is present only when fields are at fault. */
export interface AnsweredError {
  readonly type: string;
  readonly message: string;
  readonly invalid?: readonly InvalidField[];
}

/** All faults of fields of one request; faults of one field are grouped. */
export function invalidFields(faults: readonly FieldFault[]): InvalidField[] {
  const entries = [...new Set(faults.map(({ entry }) => entry))];
  return entries.map((entry) => ({
    entry,
    entry_type: 'json_data_property',
    rules: faults
      .filter((fault) => fault.entry === entry)
      .map(({ rule, description, params }) => ({ rule, description, params })),
  }));
}

/** The metadata key of answers without an envelope. */
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
