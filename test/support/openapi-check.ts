import Ajv2020, { type ErrorObject, type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { channel } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpAddresses, OpenApiDocument } from '../../src/http';

interface Begun {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** By the port of a program of this very process: what its answers are held against. */
const CHECKS = new Map<number, () => AnswerCheck>();

const faults: string[] = [];

/** From now on every answer at these addresses is held against the document. */
export function checkAnswersOf(addresses: HttpAddresses, document: () => OpenApiDocument): void {
  let made: AnswerCheck | undefined;
  const check = (): AnswerCheck => (made ??= AnswerCheck.of(document()));
  for (const port of portsOf(addresses)) CHECKS.set(port, check);
}

/** The program is gone: the next server that gets one of its ports may be another one. */
export function stopCheckingAnswersOf(addresses: HttpAddresses): void {
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
 * Node announces every request that a server of this process begins to answer, however it was sent and whatever becomes
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
      checkAnswer({ request, response }, chunks, check);
      return response;
    },
  });
});

const asEncoding = (given: unknown): BufferEncoding =>
  typeof given === 'string' && Buffer.isEncoding(given) ? given : 'utf8';

function checkAnswer(
  { request, response }: Begun,
  chunks: readonly Buffer[],
  check: () => AnswerCheck,
): void {
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
function faultOf(check: () => AnswerCheck, answer: SentAnswer): string | undefined {
  try {
    return check().faultOf(answer);
  } catch (error) {
    return String(error);
  }
}

/** An answer as it went over the wire. */
export interface SentAnswer {
  readonly method: string;
  /** As it was sent, with its query. */
  readonly url: string;
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly text: string;
}

interface Response {
  readonly headers: Readonly<Record<string, { readonly required?: boolean; readonly schema?: object }>>;
  readonly content: Readonly<Record<string, unknown>>;
}

interface Operation {
  readonly responses: Readonly<Record<string, Response>>;
}

/** What is answered about a path that is not there, or before anybody has looked which path it is. */
const WITHOUT_CALL: ReadonlySet<number> = new Set([400, 404, 413, 415, 500, 503]);

/** Any envelope with an error, for answers that belong to no call. */
const ANY_REFUSAL = {
  type: 'object',
  additionalProperties: false,
  required: ['meta', 'error'],
  properties: {
    meta: {
      type: 'object',
      additionalProperties: false,
      required: ['code', 'url', 'type', 'request_id'],
      properties: {
        code: { type: 'integer' },
        url: { const: '/' },
        type: { const: 'object' },
        request_id: {},
      },
    },
    error: {
      type: 'object',
      additionalProperties: false,
      required: ['type', 'message'],
      properties: { type: { type: 'string' }, message: { type: 'string' } },
    },
  },
};

/** It warns of formats it does not know, and then does not look at them. */
function refuse(...words: unknown[]): never {
  throw new Error(words.join(' '));
}

const asPointer = (parts: readonly string[]): string =>
  parts.map((part) => `/${encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('');

/** The document describes calls of programs; pages are for people. */
const isPage = (path: string): boolean => path === '/console' || path.startsWith('/console/');

const pathOf = ({ url }: SentAnswer): string => url.split('?', 1)[0] ?? '';

/** Holds answers against a document, by a reader of JSON Schema that has nothing to do with who wrote it. */
export class AnswerCheck {
  /** Whether the schemas are schemas is asked once, where the document is tested. */
  private readonly ajv = new Ajv2020({
    strict: false,
    allErrors: true,
    validateSchema: false,
    logger: { log: refuse, warn: refuse, error: refuse },
  });
  private readonly known = new Map<string, ValidateFunction>();
  /** By the text of the document: programs mostly serve the same one, and its schemas take a while to compile. */
  private static readonly made = new Map<string, AnswerCheck>();
  private readonly templates: readonly (readonly [template: string, pattern: RegExp])[];

  constructor(readonly document: OpenApiDocument) {
    addFormats(this.ajv);
    this.ajv.addSchema(document, 'document');
    this.templates = Object.keys(document.paths)
      // Where two fit, the more specific one counts: as with routes that are declared first.
      .sort((one, other) => one.split('{').length - other.split('{').length)
      .map((template) => [template, new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}/?$`)]);
  }

  /** The one of an equal document, if there is one. */
  static of(document: OpenApiDocument): AnswerCheck {
    const text = JSON.stringify(document);
    const check = AnswerCheck.made.get(text) ?? new AnswerCheck(document);
    AnswerCheck.made.set(text, check);
    return check;
  }

  /** What is wrong with an answer, if anything: never its content. */
  faultOf(answer: SentAnswer): string | undefined {
    const path = pathOf(answer);
    if (isPage(path)) return undefined;
    const [template] = this.templates.find(([, pattern]) => pattern.test(path)) ?? [];
    const method = (answer.method === 'HEAD' ? 'GET' : answer.method).toLowerCase();
    const operation =
      template && (this.document.paths[template]?.[method] as unknown as Operation | undefined);
    if (template === undefined || !operation)
      return this.faultWithoutCall(answer, template ?? 'no path of ours');
    const fault = this.faultIn(answer, operation, ['paths', template, method]);
    return fault && `${method.toUpperCase()} ${template} → ${answer.status}: ${fault}`;
  }

  /** What is wrong with an example or any other value that a part of the document describes. */
  faultOfValue(value: unknown, place: readonly string[]): string | undefined {
    return this.reported(this.schemaAt(place), value);
  }

  private faultWithoutCall(answer: SentAnswer, where: string): string | undefined {
    const { method, status, text } = answer;
    const name = `${method} ${where} → ${status}`;
    if (!WITHOUT_CALL.has(status)) return `${name}: no call has this answer`;
    if (method === 'HEAD') return undefined;
    const fault = this.faultOfText(text, this.compiled('any refusal', ANY_REFUSAL));
    return fault && `${name}: ${fault}`;
  }

  private faultIn(
    answer: SentAnswer,
    { responses }: Operation,
    place: readonly string[],
  ): string | undefined {
    const response = responses[answer.status];
    if (response === undefined) return 'this status is not described';
    const at = [...place, 'responses', String(answer.status)];
    const header = this.faultOfHeaders(answer, response, at);
    if (header !== undefined) return header;
    const media = answer.header('content-type')?.split(';', 1)[0]?.trim() ?? 'none';
    if (!(media in response.content)) return 'its content type is not described';
    if (answer.method === 'HEAD') return undefined;
    const schema = this.schemaAt([...at, 'content', media, 'schema']);
    return media === 'application/json'
      ? this.faultOfText(answer.text, schema)
      : this.reported(schema, answer.text);
  }

  private faultOfHeaders(
    answer: SentAnswer,
    { headers }: Response,
    at: readonly string[],
  ): string | undefined {
    for (const [name, { required = false, schema }] of Object.entries(headers)) {
      const value = answer.header(name.toLowerCase());
      if (value === undefined && required) return `the header ${name} is missing`;
      if (value === undefined || schema === undefined) continue;
      const asSent = 'type' in schema && schema.type === 'integer' ? Number(value) : value;
      if (this.faultOfValue(asSent, [...at, 'headers', name, 'schema']))
        return `the header ${name} is otherwise`;
    }
    return undefined;
  }

  private faultOfText(text: string, schema: ValidateFunction): string | undefined {
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch {
      return 'it is no JSON';
    }
    return this.reported(schema, body);
  }

  private reported(schema: ValidateFunction, value: unknown): string | undefined {
    if (schema(value)) return undefined;
    return (schema.errors ?? []).map(placeOf).join('; ');
  }

  private schemaAt(place: readonly string[]): ValidateFunction {
    return this.compiled(asPointer(place), { $ref: `document#${asPointer(place)}` });
  }

  private compiled(name: string, schema: object): ValidateFunction {
    const compiled = this.known.get(name) ?? this.ajv.compile(schema);
    this.known.set(name, compiled);
    return compiled;
  }
}

/** Where, and by which keyword. A name that should not be there may be reported: it is defined by the program. */
function placeOf({ instancePath, keyword, params }: ErrorObject): string {
  const name = (params as { missingProperty?: string }).missingProperty;
  return `${instancePath || '/'} ${keyword}${name === undefined ? '' : ` ${name}`}`;
}
