import Ajv2020, { type ErrorObject, type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import type { OpenApiDocument } from '../../src/http';

/** An answer as it went over the wire. */
export interface HeardAnswer {
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
  private readonly templates: readonly (readonly [template: string, pattern: RegExp])[];

  constructor(private readonly document: OpenApiDocument) {
    addFormats(this.ajv);
    this.ajv.addSchema(document, 'document');
    this.templates = Object.keys(document.paths)
      // Where two fit, the one that says more counts: as with routes that are declared first.
      .sort((one, other) => one.split('{').length - other.split('{').length)
      .map((template) => [template, new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}/?$`)]);
  }

  /** What is wrong with an answer, if anything: never what stands in it. */
  faultOf(answer: HeardAnswer): string | undefined {
    const path = answer.url.split('?', 1)[0] ?? '';
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
    return this.told(this.schemaAt(place), value);
  }

  private faultWithoutCall(answer: HeardAnswer, where: string): string | undefined {
    const { method, status, text } = answer;
    const name = `${method} ${where} → ${status}`;
    if (!WITHOUT_CALL.has(status)) return `${name}: no call has this answer`;
    if (method === 'HEAD') return undefined;
    const fault = this.faultOfText(text, this.compiled('any refusal', ANY_REFUSAL));
    return fault && `${name}: ${fault}`;
  }

  private faultIn(
    answer: HeardAnswer,
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
      : this.told(schema, answer.text);
  }

  private faultOfHeaders(
    answer: HeardAnswer,
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
    return this.told(schema, body);
  }

  private told(schema: ValidateFunction, value: unknown): string | undefined {
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

/** Where, and by which keyword. A name that should not be there may be told: it comes from the program. */
function placeOf({ instancePath, keyword, params }: ErrorObject): string {
  const name = (params as { missingProperty?: string }).missingProperty;
  return `${instancePath || '/'} ${keyword}${name === undefined ? '' : ` ${name}`}`;
}
