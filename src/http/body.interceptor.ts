import {
  BadRequestException,
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  PayloadTooLargeException,
  ServiceUnavailableException,
  SetMetadata,
  UnsupportedMediaTypeException,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { finished } from 'node:stream';
import type { Observable } from 'rxjs';
import { Refusal } from '../domain/refusal';
import { isField, limitedAddress, requestOf } from './request-context';

const LARGEST_BODY = Symbol('largest body');

const ACCEPTS_FORM = Symbol('accepts a form');

/** Our inputs have some hundred bytes, and operations of GraphQL a few thousand. */
const LARGEST_BODY_BYTES = 64 * 1024;

/** Lets a call, or all calls of a controller, receive a larger body than others do. */
export const AcceptsBodyOf = (bytes: number) => SetMetadata(LARGEST_BODY, bytes);

/** Lets a call, or all calls of a controller, receive a form of a page instead of JSON. */
export const AcceptsForm = () => SetMetadata(ACCEPTS_FORM, true);

/**
 * Reads the body of a request when it is known which call it is for and who may make it: behind the route, the rate limit
 * and the token. What nobody reads is dropped by Node as it arrives, and its connection ends when it takes too long.
 */
@Injectable()
export class BodyInterceptor implements NestInterceptor {
  private readonly inFlight = new BodiesInFlight();

  constructor(private readonly reflector: Reflector) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    if (isField(context)) return next.handle();
    const request = requestOf(context);
    if (hasBody(request)) {
      const sites = [context.getHandler(), context.getClass()];
      const isForm = this.reflector.getAllAndOverride<true | undefined>(ACCEPTS_FORM, sites) ?? false;
      // A body of another type must not be taken for none.
      refuseOtherBodies(request, isForm ? FORM : 'application/json');
      const most = this.reflector.getAllAndOverride<number | undefined>(LARGEST_BODY, sites);
      const bytes = await this.bytesOf(request, most ?? LARGEST_BODY_BYTES);
      request.body = isForm ? fieldsIn(bytes) : parse(bytes);
    }
    return next.handle();
  }

  /** Refuses as soon as the declared or received length is too large. */
  private async bytesOf(request: Request, most: number): Promise<Buffer> {
    if (Number(request.headers['content-length'] ?? 0) > most) throw new PayloadTooLargeException();
    const chunks: Buffer[] = [];
    const held = this.inFlight.begin(limitedAddress(request.ip ?? ''));
    try {
      await received(request, (chunk) => {
        held.add(chunk.length);
        if (held.bytes > most) throw new PayloadTooLargeException();
        chunks.push(chunk);
      });
      return Buffer.concat(chunks);
    } finally {
      held.end();
    }
  }
}

const hasBody = ({ headers }: Request): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

const FORM = 'application/x-www-form-urlencoded';

/** JSON is UTF-8 (RFC 8259), and so are the forms of our pages; with or without a charset. */
const OUR_CHARSET = /^(?:utf-?8)?$/i;
const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]*)/i;

/** The size of a compressed body is not known before it is unpacked, so it is refused. */
function refuseOtherBodies(request: Request, type: string): void {
  const [, charset = ''] = CHARSET.exec(request.get('content-type') ?? '') ?? [];
  const coding = request.get('content-encoding') ?? 'identity';
  const isOurs = OUR_CHARSET.test(charset) && coding.toLowerCase() === 'identity';
  if (!isOurs || !request.is(type)) throw new UnsupportedMediaTypeException();
}

/** Resolves when all has arrived. What arrives after `keep` has thrown is dropped. */
function received(request: Request, keep: (chunk: Buffer) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const receive = (chunk: Buffer): void => {
      try {
        keep(chunk);
      } catch (error) {
        request.off('data', receive).resume();
        reject(error instanceof Error ? error : new BadRequestException());
      }
    };
    request.on('data', receive);
    // A client that hung up gets no answer, but its request has to end.
    finished(request, { writable: false }, (error) =>
      error ? reject(new BadRequestException()) : resolve(),
    );
  });
}

/** Bodies that are arriving, and the bytes of them that are kept. */
interface Held {
  bodies: number;
  bytes: number;
}

/** A sixteenth of the memory of a small process; real bodies arrive within milliseconds. */
const MOST: Held = { bodies: 512, bytes: 64 * 1024 * 1024 };

/** One address gets no more than this, so that it takes several to leave nothing for the others. */
const MOST_OF_ADDRESS: Held = { bodies: 64, bytes: 16 * 1024 * 1024 };

/** By then bodies that arrive too slowly have ended. */
const RETRY_AFTER_SECONDS = 10;

/** Limits what all bodies that are still arriving cost at most: somebody who sends half of one occupies memory for some seconds. */
class BodiesInFlight {
  private readonly all: Held = { bodies: 0, bytes: 0 };
  private readonly byAddress = new Map<string, Held>();

  /** Counts one more body until its `end`. Refuses it, or further bytes of it, above the limits. */
  begin(address: string): { readonly bytes: number; add(bytes: number): void; end(): void } {
    const own = this.byAddress.get(address) ?? { bodies: 0, bytes: 0 };
    const counts = [own, this.all];
    const body = { bodies: 1, bytes: 0 };
    refuseAbove(own, this.all, body);
    this.byAddress.set(address, own);
    change(counts, body, 1);
    return {
      get bytes() {
        return body.bytes;
      },
      add: (bytes) => {
        const more = { bodies: 0, bytes };
        refuseAbove(own, this.all, more);
        change(counts, more, 1);
        body.bytes += bytes;
      },
      end: () => {
        change(counts, body, -1);
        if (own.bodies === 0) this.byAddress.delete(address);
      },
    };
  }
}

function refuseAbove(own: Held, all: Held, more: Held): void {
  if (exceeds(own, more, MOST_OF_ADDRESS))
    throw new Refusal('too_many_requests', { retryAfterSeconds: RETRY_AFTER_SECONDS });
  if (exceeds(all, more, MOST)) throw new ServiceUnavailableException();
}

const exceeds = (held: Held, more: Held, most: Held): boolean =>
  held.bodies + more.bodies > most.bodies || held.bytes + more.bytes > most.bytes;

function change(counts: readonly Held[], by: Held, sign: 1 | -1): void {
  for (const held of counts) {
    held.bodies += sign * by.bodies;
    held.bytes += sign * by.bytes;
  }
}

/** Our deepest input has a few levels. Readers of inputs may recurse, so a deeper one does not reach them. */
const DEEPEST_LEVEL = 32;

/** Our longest input, an operation of GraphQL with all its variables, has some hundred. */
const MOST_TOKENS = 10_000;

const [QUOTE, BACKSLASH, COMMA, COLON] = [...'"\\,:'].map((sign) => sign.charCodeAt(0));
const OPENING: ReadonlySet<number | undefined> = new Set([...'{['].map((sign) => sign.charCodeAt(0)));
const CLOSING: ReadonlySet<number | undefined> = new Set([...'}]'].map((sign) => sign.charCodeAt(0)));

/**
 * Looks through JSON before it is parsed, in one pass over its bytes: is it too deep, or has it too many names and values?
 * In UTF-8 no byte of a longer character equals one of these signs.
 */
function isDeepOrLong(bytes: Buffer): boolean {
  let [depth, tokens] = [0, 0];
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) at = closingQuote(bytes, at);
    else if (byte === COMMA || byte === COLON) tokens += 1;
    else if (CLOSING.has(byte)) depth -= 1;
    else if (OPENING.has(byte)) [depth, tokens] = [depth + 1, tokens + 1];
    if (depth > DEEPEST_LEVEL || tokens > MOST_TOKENS) return true;
  }
  return false;
}

/** Where the string that begins here ends; behind the last byte when it does not. */
function closingQuote(bytes: Buffer, opening: number): number {
  let at = opening;
  for (;;) {
    at = bytes.indexOf(QUOTE ?? 0, at + 1);
    if (at === -1) return bytes.length;
    let before = at;
    while (bytes[before - 1] === BACKSLASH) before -= 1;
    // Backslashes in pairs are text.
    if ((at - before) % 2 === 0) return at;
  }
}

/** An object or an array of limited size. The parser's own error quotes the body, so nothing of it is kept. */
function parse(bytes: Buffer): unknown {
  try {
    if (isDeepOrLong(bytes)) throw new BadRequestException();
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Refused below, like JSON that is neither.
  }
  throw new BadRequestException();
}

/** Our longest form has a dozen fields. */
const MOST_FIELDS = 64;

/**
 * The fields of a form. Browsers send a field that was left empty as an empty text: it counts as absent, so that the DTOs
 * of calls fit forms. A name that is sent twice is refused: it would be chance which value counts. Line breaks are those that
 * the field counted for its `maxlength`: browsers send two characters for each.
 */
function fieldsIn(bytes: Buffer): object {
  const fields = [...new URLSearchParams(bytes.toString('utf8'))];
  const names = new Set(fields.map(([name]) => name));
  if (fields.length > MOST_FIELDS || names.size < fields.length) throw new BadRequestException();
  const entered = fields.filter(([, value]) => value !== '');
  return Object.fromEntries(entered.map(([name, value]) => [name, value.replaceAll('\r\n', '\n')]));
}
