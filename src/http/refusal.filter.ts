import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Log } from '../observability';
import { answerTo } from './answer-to';
import { isField } from './request-of';
import { routeOf, traitsOf, urlOfRefused } from './request-traits';

/**
 * The only place where an error becomes an answer of a call. Refusals are told as they are; everything unexpected is
 * logged as described and answered with a sentence that tells nothing about it.
 */
@Catch()
export class RefusalFilter implements ExceptionFilter {
  constructor(private readonly log: Log) {}

  catch(error: unknown, host: ArgumentsHost): void {
    // One field of many may fail; what is told of it stands beside the answers of the others.
    if (isField(host)) throw error;
    const http = host.switchToHttp();
    const request = http.getRequest<Request>();
    const response = http.getResponse<Response>();
    const answer = answerTo(error);
    const requestId = traitsOf(request).requestId;
    if (answer.status >= 500) {
      this.log.error('A request ended in an unexpected error', error, {
        request_id: requestId,
        method: request.method,
        route: routeOf(request),
        status: answer.status,
      });
    }
    // The answer may have begun when a stream breaks; then nothing better can be said than to hang up.
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (answer.retryAfterSeconds !== undefined)
      response.setHeader('Retry-After', String(answer.retryAfterSeconds));
    // HTTP asks for it (RFC 9110, 15.5.2); it is the only scheme we know, also where something else was refused.
    if (answer.status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
    response.status(answer.status).json({
      meta: { code: answer.status, url: urlOfRefused(request), type: 'object', request_id: requestId },
      error: answer.error,
    });
  }
}
