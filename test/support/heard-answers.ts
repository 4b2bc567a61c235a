import { channel } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpAddresses, OpenApiDocument } from '../../src/http';
import { AnswerCheck, type HeardAnswer } from './answer-check';

interface Begun {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** By the port of a program of this very process: what its answers are held against. */
const CHECKS = new Map<number, () => AnswerCheck>();

const faults: string[] = [];

/** From now on every answer at these addresses is held against the document. */
export function holdAnswers(addresses: HttpAddresses, document: () => OpenApiDocument): void {
  let made: AnswerCheck | undefined;
  const check = (): AnswerCheck => (made ??= new AnswerCheck(document()));
  for (const port of portsOf(addresses)) CHECKS.set(port, check);
}

/** The program is gone: the next server that gets one of its ports may be another one. */
export function letGoOf(addresses: HttpAddresses): void {
  for (const port of portsOf(addresses)) CHECKS.delete(port);
}

function portsOf(addresses: HttpAddresses): number[] {
  const urls = Object.values(addresses) as readonly (string | undefined)[];
  return urls.flatMap((url) => (url === undefined ? [] : [Number(new URL(url).port)]));
}

/** For what was heard elsewhere. */
export function noteFault(fault: string): void {
  faults.push(fault);
}

/** What departed from the document since it was asked last. */
export function takeFaults(): readonly string[] {
  return faults.splice(0);
}

/**
 * Node tells of every request that a server of this process begins to answer, however it was sent and whatever becomes
 * of it. What is written is looked at when it is complete, before the first byte can have reached anybody.
 */
channel('http.server.request.start').subscribe((message) => {
  const { request, response } = message as Begun;
  const check = CHECKS.get(request.socket.localPort ?? 0);
  if (check === undefined) return;
  const chunks: Buffer[] = [];
  const keep = (chunk: unknown, encoding: unknown): void => {
    if (typeof chunk === 'string') chunks.push(Buffer.from(chunk, asEncoding(encoding)));
    else if (chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
  };
  const write = response.write.bind(response) as (...given: unknown[]) => boolean;
  const end = response.end.bind(response) as (...given: unknown[]) => ServerResponse;
  Object.assign(response, {
    write: (...given: unknown[]) => {
      keep(given[0], given[1]);
      return write(...given);
    },
    end: (...given: unknown[]) => {
      keep(given[0], given[1]);
      end(...given);
      hear({ request, response }, chunks, check);
      return response;
    },
  });
});

const asEncoding = (given: unknown): BufferEncoding =>
  typeof given === 'string' && Buffer.isEncoding(given) ? given : 'utf8';

function hear({ request, response }: Begun, chunks: readonly Buffer[], check: () => AnswerCheck): void {
  const fault = faultOf(check, {
    method: request.method ?? '',
    url: (request as { originalUrl?: string }).originalUrl ?? request.url ?? '',
    status: response.statusCode,
    header: (name) => response.getHeader(name)?.toString(),
    text: Buffer.concat(chunks).toString('utf8'),
  });
  if (fault !== undefined) faults.push(fault);
}

/** A document that cannot be made is a fault of every answer, and none of the program's. */
function faultOf(check: () => AnswerCheck, answer: HeardAnswer): string | undefined {
  try {
    return check().faultOf(answer);
  } catch (error) {
    return String(error);
  }
}
