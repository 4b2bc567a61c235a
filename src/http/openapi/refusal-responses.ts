import { STATUS_CODES } from 'node:http';
import { type FieldRule, REFUSALS, type RefusalCode } from '../../domain/refusal';
import type { Access } from '../access.decorator';
import { REFUSAL_ANSWERS, STATUS_ANSWERS } from '../refusal-answers.table';
import type { JsonSchema } from './document.decorator';

/** A refusal, or an error that has only a status. */
export type RefusalOrStatus = RefusalCode | number;

/** How an error is answered: its name among the schemas of the document, and an example. */
interface DescribedError {
  readonly name: string;
  readonly status: number;
  readonly schema: JsonSchema;
  readonly example: JsonSchema;
}

/** An object that has exactly these properties. */
export function exactly(properties: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return { type: 'object', additionalProperties: false, required: Object.keys(properties), properties };
}

/** The head of an answer. */
export function metaOf(status: number, type: 'object' | 'list', url: string) {
  return {
    schema: exactly({
      code: { const: status },
      url: { type: 'string', pattern: '^/[^?]*$' },
      type: { const: type },
      request_id: { type: 'string', minLength: 8, maxLength: 128 },
    }),
    example: { code: status, url, type, request_id: '0b8f2a54-0000-4000-8000-000000000002' },
  };
}

/** What an answer of this status has beside its body; every answer has the id of its request. */
export function withHeaders(status: number, content: JsonSchema): JsonSchema {
  return { description: STATUS_CODES[status] ?? '', headers: headersOf(status), content };
}

function headersOf(status: number): JsonSchema {
  const requestId = {
    description: 'The id under which the request is logged.',
    required: true,
    schema: { type: 'string', minLength: 8, maxLength: 128 },
  };
  const scheme = {
    description: 'The scheme in which a token is sent.',
    required: true,
    schema: { const: 'Bearer' },
  };
  const retryAfter = {
    description: 'After how many seconds the same request may succeed.',
    schema: { type: 'integer', minimum: 1 },
  };
  return {
    'X-Request-ID': requestId,
    ...(status === 401 ? { 'WWW-Authenticate': scheme } : {}),
    ...(status === 429 || status === 503 ? { 'Retry-After': retryAfter } : {}),
  };
}

/** Refusals of a request that cannot be read, whatever the call, and of a server that cannot answer. */
export const REFUSALS_OF_EVERY_CALL: readonly RefusalOrStatus[] = [
  'request_malformed',
  413,
  415,
  'too_many_requests',
  500,
  503,
];

/** Refusals of who may make a call. */
export function refusalsOfAccess(access: Access): readonly RefusalOrStatus[] {
  switch (access.kind) {
    case 'without token':
      return [];
    case 'internal only':
      return [404];
    case 'with any token':
      return ['access_token_invalid'];
    case 'with token':
      return [
        'access_token_invalid',
        'scope_missing',
        'legal_entity_not_active',
        ...(access.need.entityType === undefined ? [] : (['entity_type_refused'] as const)),
      ];
  }
}

/** Every refusal of a call by its status, each with an example. */
export function refusalResponses(
  codes: readonly RefusalOrStatus[],
  url: string,
): Readonly<Record<number, JsonSchema>> {
  const described = [...new Set(codes)].map(describedError);
  const statuses = [...new Set(described.map(({ status }) => status))];
  return Object.fromEntries(
    statuses.map((status) => {
      const these = described.filter((each) => each.status === status);
      const anyOf = these.map(({ name }) => ({ $ref: `#/components/schemas/${name}` }));
      const meta = metaOf(status, 'object', url);
      const schema = exactly({ meta: meta.schema, error: { anyOf } });
      const examples = Object.fromEntries(
        these.map(({ name, example }) => [name, { value: { meta: meta.example, error: example } }]),
      );
      return [status, withHeaders(status, { 'application/json': { schema, examples } })];
    }),
  );
}

/** The schema of every error under its name. */
export function errorSchemas(): Readonly<Record<string, JsonSchema>> {
  const codes = [...(Object.keys(REFUSALS) as RefusalCode[]), ...Object.keys(STATUS_ANSWERS).map(Number)];
  return Object.fromEntries(codes.map(describedError).map(({ name, schema }) => [name, schema]));
}

function describedError(code: RefusalOrStatus): DescribedError {
  if (typeof code !== 'number') return described(code, { ...REFUSAL_ANSWERS[code], message: REFUSALS[code] });
  const row = STATUS_ANSWERS[code];
  if (row === undefined) throw new Error(`STATUS_ANSWERS has no row for the status ${code}.`);
  return described(`status_${code}`, { ...row, status: code });
}

function described(
  name: string,
  { status, type, message }: { readonly status: number; readonly type: string; readonly message: string },
): DescribedError {
  const hasFields = name === 'validation_failed';
  const properties = { type: { const: type }, message: messageSchema(message) };
  const example = { type, message: filled(message) };
  return {
    name,
    status,
    schema: exactly(hasFields ? { ...properties, invalid: INVALID } : properties),
    example: hasFields ? { ...example, invalid: INVALID_EXAMPLE } : example,
  };
}

/** What examples have in the braces of a sentence. */
const WORDS: Readonly<Record<string, string>> = {
  from: 'VERIFIED',
  to: 'NOT_VERIFIED',
  attribute: 'patient_signed',
  allowances: 'person:read',
};

const BRACES = /\\?\{(\w+)\\?\}/g;

const filled = (sentence: string): string =>
  sentence.replace(BRACES, (_, name: string) => WORDS[name] ?? name);

/** A sentence as it is; one with braces by its pattern. */
function messageSchema(sentence: string): JsonSchema {
  if (filled(sentence) === sentence) return { const: sentence };
  const escaped = sentence.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return { type: 'string', pattern: `^${escaped.replace(BRACES, '[A-Za-z_:, ]+')}$` };
}

const FIELD_RULES = [
  'required',
  'schema',
  'cast',
  'format',
  'inclusion',
  'length',
  'invalid',
] as const satisfies readonly FieldRule[];

const INVALID: JsonSchema = {
  type: 'array',
  minItems: 1,
  items: exactly({
    entry: { type: 'string', pattern: '^\\$' },
    entry_type: { const: 'json_data_property' },
    rules: {
      type: 'array',
      minItems: 1,
      items: exactly({
        rule: { enum: FIELD_RULES },
        description: { type: 'string', minLength: 1 },
        params: { type: 'array', items: { type: 'string' } },
      }),
    },
  }),
};

const INVALID_EXAMPLE = [
  {
    entry: '$.property',
    entry_type: 'json_data_property',
    rules: [{ rule: 'required', description: 'required property property was not present', params: [] }],
  },
];
