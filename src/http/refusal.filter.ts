import { Catch, type ArgumentsHost, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Log, describeError } from '../observability';
import { isField, routeOf, traitsOf, urlOfRefused } from './request-context';
import { Refusal } from '../domain/refusal';
import { invalidFields, type AnsweredError } from './envelope.interceptor';
import { REFUSAL_ANSWERS, STATUS_ANSWERS } from './refusal-answers.table';

/**
 * The only place where an error becomes an answer of a call. Refusals are answered as they are; an unexpected error is
 * logged, and its answer reveals nothing about it. That a server is unavailable is expected, and a warning.
 */
@Catch()
export class RefusalFilter implements ExceptionFilter {
  constructor(protected readonly log: Log) {}

  catch(error: unknown, host: ArgumentsHost): void {
    // One field of many may fail; GraphQL reports its error beside the answers of the others.
    if (isField(host)) throw error;
    const http = host.switchToHttp();
    const request = http.getRequest<Request>();
    const response = http.getResponse<Response>();
    const answer = answerTo(error);
    const line = {
      request_id: traitsOf(request).requestId,
      method: request.method,
      route: routeOf(request),
      status: answer.status,
    };
    if (answer.status === 500) this.log.error('A request ended in an unexpected error', error, line);
    else if (answer.status > 500) {
      const fields = { ...line, error: describeError(error) };
      this.log.warn('A request was refused: a server that it needs is unavailable or too busy', fields);
    }
    // When a stream breaks after the answer began, all that is left is to close the connection.
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (answer.retryAfterSeconds !== undefined)
      response.setHeader('Retry-After', String(answer.retryAfterSeconds));
    this.send(answer, request, response, error);
  }

  /** Writes the envelope of an error. */
  protected send(answer: Answer, request: Request, response: Response, _error: unknown): void {
    // HTTP asks for it (RFC 9110, 15.5.2); it is the only scheme we know, also where something else was refused.
    if (answer.status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
    // A call that answers with something else has set its own type before its body was refused.
    response.type('json');
    response.status(answer.status).json({
      meta: {
        code: answer.status,
        url: urlOfRefused(request),
        type: 'object',
        request_id: traitsOf(request).requestId,
      },
      error: answer.error,
    });
  }
}

/** What is answered to an error. */
export interface Answer {
  readonly status: number;
  readonly error: AnsweredError;
  readonly retryAfterSeconds?: number;
}

/**
 * A server that we need is unavailable or too busy, so the same request may succeed later: sockets, and of PostgreSQL lost
 * connections (08), a read-only session or a transaction that was ended (25), conflicts that outlasted the repeats (40),
 * full disks, memory or connections (53), locks and statements that took too long (55P03, 57014), a server that shuts down
 * (57P), its disks (58).
 */
const SERVER_AWAY = new RegExp(
  `^(?:${[
    'ECONN\\w+|E(?:HOST|NET)UNREACH|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_AGAIN',
    '08\\w{3}|25006|25P0[34]|40001|40P01|53\\w{3}|55P03|57014|57P0[1-5]|58\\w{3}',
  ].join('|')})$`,
);

/** As long as a caller waits for a connection of the pool: by then the pool has moved on. */
const RETRY_AFTER_SECONDS = 5;

function answerToRefusal(refusal: Refusal): Answer {
  const { status, type } = REFUSAL_ANSWERS[refusal.code];
  const { faults, retryAfterSeconds } = refusal.details;
  const invalid = faults && faults.length > 0 ? { invalid: invalidFields(faults) } : {};
  const error = { type, message: refusal.message, ...invalid };
  return retryAfterSeconds === undefined ? { status, error } : { status, error, retryAfterSeconds };
}

function answerWithStatus(status: number): Answer {
  const row = STATUS_ANSWERS[status];
  if (row && status === 503) return { status, error: row, retryAfterSeconds: RETRY_AFTER_SECONDS };
  if (row) return { status, error: row };
  return { status: 500, error: { type: 'internal_error', message: 'Internal error' } };
}

/** The body reader gives its errors a status, and `expose` where the client is to blame. */
function statusOfBodyError(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  const { status, expose } = error as { status?: unknown; expose?: unknown };
  return expose === true && typeof status === 'number' ? status : undefined;
}

function isServerAway(error: unknown): boolean {
  const { code, causeCode } = describeError(error);
  return [code, causeCode].some((each) => each !== undefined && SERVER_AWAY.test(each));
}

/** Refusals are answered as they are; nothing of an unexpected error is revealed. */
export function answerTo(error: unknown): Answer {
  if (error instanceof Refusal) return answerToRefusal(error);
  if (error instanceof HttpException) return answerWithStatus(error.getStatus());
  return answerWithStatus(statusOfBodyError(error) ?? (isServerAway(error) ? 503 : 500));
}
