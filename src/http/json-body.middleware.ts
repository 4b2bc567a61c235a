import { BadRequestException, PayloadTooLargeException, UnsupportedMediaTypeException } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';

/** A signed sign-up request with its documents is a few hundred kilobytes. */
const BODY_CAP_BYTES = 2 * 1024 * 1024;

/** JSON is UTF-8 (RFC 8259), and needs not say so. */
const OUR_CHARSET = /^(?:utf-?8)?$/i;
const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]*)/i;

const hasBody = ({ headers }: Request): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

/** What is packed says nothing of how large it is, so it is not unpacked. */
function refuseOtherBodies(request: Request): void {
  const [, charset = ''] = CHARSET.exec(request.get('content-type') ?? '') ?? [];
  const coding = request.get('content-encoding') ?? 'identity';
  const isOurs = OUR_CHARSET.test(charset) && coding.toLowerCase() === 'identity';
  if (!isOurs || !request.is('application/json')) throw new UnsupportedMediaTypeException();
}

/** Refuses as soon as too much is told or has come. What comes later is let in and forgotten. */
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
    // Who hung up hears no answer, but his request has to end.
    request.once('error', () => reject(new BadRequestException()));
    refuseAbove(Number(request.headers['content-length'] ?? 0));
  });
}

/** An object or an array. The words of the reader's own error quote the body, so nothing of it is kept. */
function parse(bytes: Buffer): unknown {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Told below, like JSON that is neither.
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
 * Reads the body of a request. The framework's reader answers one that is too large when its sender has done with it,
 * and an endless one not at all; and it keeps whatever it could not read in its errors.
 */
export function readJsonBody(request: Request, _response: Response, next: NextFunction): void {
  read(request).then((body) => {
    request.body = body;
    next();
  }, next);
}
