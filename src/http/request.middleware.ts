import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';
import type { Socket } from 'node:net';
import { type Log, type Metrics, onBehalfOf, tracing } from '../observability';
import { noteRequestId, routeOf, traitsOf } from './request-context';

/** Long enough for the ids that gateways make, and no symbol that means something in a log, a header or SQL. */
const SANE_REQUEST_ID = /^[A-Za-z0-9][A-Za-z0-9_.:-]{7,127}$/;

const NO_ROUTE = '/:unmatched';

/** Probes arrive every few seconds; at info level they would hide the rest. */
const isProbe = (route: string): boolean => route.startsWith('/health/') || route === '/metrics';

type Middleware = (request: Request, response: Response, next: NextFunction) => void;

/** What is to be done when a connection closes: one listener of it for all its requests, however many it has at once. */
const WHEN_CLOSED = new WeakMap<Socket, Set<() => void>>();

function whenClosed(socket: Socket): Set<() => void> {
  const known = WHEN_CLOSED.get(socket);
  if (known !== undefined) return known;
  const actions = new Set<() => void>();
  WHEN_CLOSED.set(socket, actions);
  socket.once('close', () => [...actions].forEach((action) => action()));
  return actions;
}

/**
 * Does something once when the answer was sent, or will not be sent any more. An answer that waits behind others of its
 * connection has no socket yet, and Node emits no `close` of it when the connection is lost.
 */
function whenOver({ socket }: Request, response: Response, action: () => void): void {
  const actions = whenClosed(socket);
  const over = (): void => {
    response.off('close', over);
    actions.delete(over);
    action();
  };
  response.once('close', over);
  actions.add(over);
}

/** Gives each request its id: the client's if it is sane, otherwise a new one. Everything below runs on its behalf. */
export const identifyRequest: Middleware = (request, response, next) => {
  const offered = request.get('x-request-id');
  const requestId = offered !== undefined && SANE_REQUEST_ID.test(offered) ? offered : randomUUID();
  noteRequestId(request, requestId);
  response.setHeader('X-Request-ID', requestId);
  whenOver(request, response, onBehalfOf(requestId, next));
};

const SERVER_ERROR = 500;

const NO_BODY_IN_TIME = 408;

/** Known from nginx. No such answer is ever sent. */
const HUNG_UP = 499;

/** A request whose answer was not sent is not counted under the status that the answer would have had. */
function statusOf({ socket }: Request, response: Response): number {
  if (response.writableFinished) return response.statusCode;
  const { code } = (socket.errored ?? {}) as NodeJS.ErrnoException;
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? NO_BODY_IN_TIME : HUNG_UP;
}

/** Writes one line and one figure per request: by declared route, never by the path that was sent. */
export function countRequests(log: Log, metrics: Metrics): Middleware {
  return (request, response, next) => {
    const startedAt = performance.now();
    whenOver(request, response, () => {
      const durationMs = performance.now() - startedAt;
      const route = routeOf(request) ?? NO_ROUTE;
      const { method } = request;
      const status = statusOf(request, response);
      metrics.httpRequestSeconds.observe({ method, route, status: String(status) }, durationMs / 1000);
      const fields = {
        request_id: traitsOf(request).requestId,
        method,
        route,
        status,
        duration_ms: Math.round(durationMs),
      };
      if (status === NO_BODY_IN_TIME)
        log.info('A request did not arrive in time, its connection was closed', fields);
      else if (status === HUNG_UP) log.info('A client hung up before the answer', fields);
      else if (isProbe(route)) log.debug('A probe was answered', fields);
      else log.info('A request was answered', fields);
    });
    next();
  };
}

/**
 * While tracing is on, records each request but probes, as a part of the client's trace if it names one. It is before
 * everything else, so that all work of the request is below it.
 */
export const traceRequests: Middleware = (request, response, next) => {
  const { recorder } = tracing;
  if (recorder === undefined || isProbe(request.path)) return next();
  const { method } = request;
  const answered = (): Promise<void> =>
    new Promise((resolve) => {
      whenOver(request, response, resolve);
      next();
    });
  const continues = request.get('traceparent');
  void recorder.inSpan(
    {
      name: method,
      kind: 'server',
      when: 'always',
      attributes: { 'http.request.method': method },
      continues,
    },
    answered,
    () => {
      const route = routeOf(request) ?? NO_ROUTE;
      const status = statusOf(request, response);
      const attributes = { 'http.route': route, 'http.response.status_code': status };
      return { name: `${method} ${route}`, attributes, failed: status >= SERVER_ERROR };
    },
  );
};

/** Answers may show persons: no proxy and no browser is to keep or to reinterpret them. */
export function setHeaders(_request: Request, response: Response, next: NextFunction): void {
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  next();
}
