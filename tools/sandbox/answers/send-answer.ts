import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { fitsMethod } from './answer-content';
import { contentTypeOf, dressEnvelope, type Dressed, type Occasion } from './dress-envelope';
import { playTrick } from './play-trick';
import type { RegisterRequest, SoapVersion } from '../read-request';
import type { FaultScript, PageScript, Script } from './script';
import { faultEnvelope } from './write-fault';

/** A question that waits for its answer. */
export interface Question {
  readonly request: RegisterRequest;
  readonly response: ServerResponse;
  readonly script: Script;
  readonly previous: RegisterRequest | undefined;
}

/** Every answer says what it is, so that a program in production can refuse it. */
export const SANDBOX_HEADERS = { 'x-sandbox': '1' } as const;

/** The answer to a spoilt question is spoilt around this one. */
const SPOILT = { sends: 'envelope', statuses: ['1'] } as const;

/** `unzr` has no status to be wrong, so the register can only fail. */
const UNFIT = { sends: 'fault', soap: 'asked', code: 'Server', httpStatus: 500 } as const;

/** Carries out a script. */
export function sendAnswer({ request, response, script, previous }: Question): void {
  // The client may have given up while the answer was held or delayed.
  if (response.destroyed) return;
  switch (script.sends) {
    case 'envelope': {
      if (!fitsMethod(request, script)) return sendFault({ request, response, script: UNFIT });
      const occasion: Occasion = { request, script, previous };
      return write(response, 200, dressEnvelope(occasion));
    }
    case 'fault':
      return sendFault({ request, response, script });
    case 'page':
      return sendPage(response, script);
    case 'trick': {
      const { contentType, content } = dressEnvelope({ request, script: SPOILT, previous });
      return playTrick(script.trick, { response, headers: headersFor(contentType), content });
    }
  }
}

/** Answers a message that is refused before it is understood. */
export function sendRefusal(
  response: ServerResponse,
  fault: { soap: SoapVersion; code: string; httpStatus: number },
): void {
  write(response, fault.httpStatus, {
    contentType: contentTypeOf(fault.soap),
    content: faultEnvelope(fault),
  });
}

type FaultToSend = Pick<Question, 'request' | 'response'> & { script: FaultScript };

function sendFault({ request, response, script }: FaultToSend): void {
  const soap = script.soap === 'asked' ? request.soap : script.soap;
  const header = script.withHeader ? request : undefined;
  const content = faultEnvelope({ soap, code: script.code, header });
  write(response, script.httpStatus, { contentType: contentTypeOf(soap), content });
}

function sendPage(response: ServerResponse, page: PageScript): void {
  if (page.location !== undefined) response.setHeader('location', page.location);
  write(response, page.httpStatus, page);
}

function headersFor(contentType: string) {
  return { ...SANDBOX_HEADERS, 'content-type': contentType, 'uxp-transaction-id': randomUUID() };
}

function write(response: ServerResponse, httpStatus: number, { contentType, content }: Dressed): void {
  const headers = { ...headersFor(contentType), 'content-length': Buffer.byteLength(content) };
  response.writeHead(httpStatus, headers);
  response.end(content);
}
