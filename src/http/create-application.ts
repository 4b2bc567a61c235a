import { UnsupportedMediaTypeException, type DynamicModule, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import { Log, Metrics, NestLog } from '../observability';
import { countRequests, identifyRequest } from './follow-request';

/** A signed sign-up request with its documents is a few hundred kilobytes. */
const BODY_CAP_BYTES = 2 * 1024 * 1024;

/** Answers may show persons: no proxy and no browser is to keep or to reinterpret them. */
function setHeaders(_request: Request, response: Response, next: NextFunction): void {
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  next();
}

const hasBody = (request: Request): boolean =>
  request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;

/** A body of another type would be skipped by the reader and taken for an empty one. */
function refuseOtherBodies(request: Request, _response: Response, next: NextFunction): void {
  if (hasBody(request) && !request.is('application/json')) next(new UnsupportedMediaTypeException());
  else next();
}

/**
 * Makes the application behind every door, not yet listening. Errors at start are thrown to the caller, who
 * logs them by the allow-list; the framework would print them.
 */
export async function createApplication(
  root: Type | DynamicModule,
  log: Log,
): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(root, {
    bodyParser: false,
    logger: new NestLog(log),
    abortOnError: false,
  });
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(identifyRequest, countRequests(log, app.get(Metrics)), setHeaders, refuseOtherBodies);
  app.useBodyParser('json', { limit: BODY_CAP_BYTES });
  return app;
}
