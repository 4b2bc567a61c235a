import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';
import { onBehalfOf, Log, Metrics, NestLog } from '../observability';
import { noteRequestId, routeOf, traitsOf } from './request-context';
import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { OpenApi } from './openapi/open-api.service';
import { readJsonBody } from './json-body.middleware';

/** Long enough for the ids that gateways make, and no symbol that means something in a log, a header or SQL. */
const SANE_REQUEST_ID = /^[A-Za-z0-9][A-Za-z0-9_.:-]{7,127}$/;

const NO_ROUTE = '/:unmatched';

/** Probes arrive every few seconds; at info level they would hide the rest. */
const isProbe = (route: string): boolean => route.startsWith('/health/') || route === '/metrics';

type Middleware = (request: Request, response: Response, next: NextFunction) => void;

/** Gives each request its id: the client's if it is sane, otherwise a new one. Everything below runs on its behalf. */
const identifyRequest: Middleware = (request, response, next) => {
  const offered = request.get('x-request-id');
  const requestId = offered !== undefined && SANE_REQUEST_ID.test(offered) ? offered : randomUUID();
  noteRequestId(request, requestId);
  response.setHeader('X-Request-ID', requestId);
  response.once('close', onBehalfOf(requestId, next));
};

/** Writes one line and one figure per request: by declared route, never by the path that was sent. */
function countRequests(log: Log, metrics: Metrics): Middleware {
  return (request, response, next) => {
    const startedAt = performance.now();
    response.once('close', () => {
      const durationMs = performance.now() - startedAt;
      const route = routeOf(request) ?? NO_ROUTE;
      const { method } = request;
      const status = response.statusCode;
      metrics.httpRequestSeconds.observe({ method, route, status: String(status) }, durationMs / 1000);
      const fields = {
        request_id: traitsOf(request).requestId,
        method,
        route,
        status,
        duration_ms: Math.round(durationMs),
      };
      if (isProbe(route)) log.debug('A probe was answered', fields);
      else log.info('A request was answered', fields);
    });
    next();
  };
}

/** Answers may show persons: no proxy and no browser is to keep or to reinterpret them. */
function setHeaders(_request: Request, response: Response, next: NextFunction): void {
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  next();
}

/**
 * Creates the application, not yet listening. Errors at start are thrown to the caller, who logs them by the allow-list;
 * the framework would print them.
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
  configureApplication(app);
  return app;
}

/** What every application needs that serves HTTP; it must have been created without a body parser. */
export function configureApplication(app: NestExpressApplication): void {
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(identifyRequest, countRequests(app.get(Log), app.get(Metrics)), setHeaders, readJsonBody);
  app.get(OpenApi).describes(app);
}
