import { randomUUID } from 'node:crypto';
import { BadRequestException, PayloadTooLargeException, UnsupportedMediaTypeException } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { type Log, type Metrics, onBehalfOf } from '../observability';
import { noteRequestId, routeOf, traitsOf } from './request-context';

/** Long enough for the ids that gateways make, and no symbol that means something in a log, a header or SQL. */
const SANE_REQUEST_ID = /^[A-Za-z0-9][A-Za-z0-9_.:-]{7,127}$/;

const NO_ROUTE = '/:unmatched';

/** Probes arrive every few seconds; at info level they would hide the rest. */
const isProbe = (route: string): boolean => route.startsWith('/health/') || route === '/metrics';

type Middleware = (request: Request, response: Response, next: NextFunction) => void;

/** Gives each request its id: the client's if it is sane, otherwise a new one. Everything below runs on its behalf. */
export const identifyRequest: Middleware = (request, response, next) => {
  const offered = request.get('x-request-id');
  const requestId = offered !== undefined && SANE_REQUEST_ID.test(offered) ? offered : randomUUID();
  noteRequestId(request, requestId);
  response.setHeader('X-Request-ID', requestId);
  response.once('close', onBehalfOf(requestId, next));
};

/** Writes one line and one figure per request: by declared route, never by the path that was sent. */
export function countRequests(log: Log, metrics: Metrics): Middleware {
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
export function setHeaders(_request: Request, response: Response, next: NextFunction): void {
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  next();
}

/** A signed sign-up request with its documents is a few hundred kilobytes. */
const BODY_CAP_BYTES = 2 * 1024 * 1024;

/** JSON is UTF-8 (RFC 8259), with or without a charset. */
const OUR_CHARSET = /^(?:utf-?8)?$/i;
const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]*)/i;

const hasBody = ({ headers }: Request): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

/** The size of a compressed body is not known before it is unpacked, so it is refused. */
function refuseOtherBodies(request: Request): void {
  const [, charset = ''] = CHARSET.exec(request.get('content-type') ?? '') ?? [];
  const coding = request.get('content-encoding') ?? 'identity';
  const isOurs = OUR_CHARSET.test(charset) && coding.toLowerCase() === 'identity';
  if (!isOurs || !request.is('application/json')) throw new UnsupportedMediaTypeException();
}

/** Refuses as soon as the declared or received length is too large. What arrives later is read and dropped. */
function bytesOf(request: Request): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const refuseAbove = (bytes: number): boolean => {
      if (bytes <= BODY_CAP_BYTES) return false;
      chunks.length = 0;
      reject(new PayloadTooLargeException());
      return true;
    };
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (!refuseAbove(length)) chunks.push(chunk);
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    // A client that hung up gets no answer, but its request has to end.
    request.once('error', () => reject(new BadRequestException()));
    refuseAbove(Number(request.headers['content-length'] ?? 0));
  });
}

/** Our deepest input has a few levels. Readers of inputs may recurse, so a deeper one does not reach them. */
const DEEPEST_LEVEL = 32;

function isTooDeep(value: object): boolean {
  let level: readonly object[] = [value];
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > DEEPEST_LEVEL) return true;
    level = level.flatMap((each) => Object.values(each).filter(isObject));
  }
  return false;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** An object or an array of limited depth. The parser's own error quotes the body, so nothing of it is kept. */
function parse(bytes: Buffer): unknown {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (isObject(value) && !isTooDeep(value)) return value;
  } catch {
    // Refused below, like JSON that is neither.
  }
  throw new BadRequestException();
}

async function read(request: Request): Promise<unknown> {
  if (!hasBody(request)) return undefined;
  // A body of another type must not be taken for none.
  refuseOtherBodies(request);
  return parse(await bytesOf(request));
}

/**
 * Reads the body of a request. The framework's reader answers a body that is too large only when all of it was sent, and
 * an endless one never; and its errors keep what it could not read.
 */
export function readJsonBody(request: Request, _response: Response, next: NextFunction): void {
  read(request).then((body) => {
    request.body = body;
    next();
  }, next);
}
