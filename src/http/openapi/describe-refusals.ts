import { type FieldRule, REFUSALS, type RefusalCode } from '../../domain/refusal';
import { REFUSAL_ANSWERS, STATUS_ANSWERS } from '../refusal-answers.table';
import { exactly, type JsonSchema } from './schema-of';

/** An error as it is described: whose it is, when it is answered, and an example of it. */
interface DescribedError {
  /** Its name among the schemas of the document. */
  readonly name: string;
  readonly status: number;
  readonly schema: JsonSchema;
  readonly example: Readonly<Record<string, unknown>>;
}

/** What may stand in the braces of a sentence; only for examples. */
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

function describedError(name: string, answer: { status: number; type: string; message: string }) {
  const { status, type, message } = answer;
  const fields = name === 'validation_failed';
  const properties = { type: { const: type }, message: messageSchema(message) };
  const example = { type, message: filled(message) };
  return {
    name,
    status,
    schema: exactly(fields ? { ...properties, invalid: INVALID } : properties),
    example: fields ? { ...example, invalid: INVALID_EXAMPLE } : example,
  };
}

/** How a refusal is answered. */
export function describedRefusal(code: RefusalCode): DescribedError {
  return describedError(code, { ...REFUSAL_ANSWERS[code], message: REFUSALS[code] });
}

/** How an error is answered that only has a status. */
export function describedStatus(status: number): DescribedError {
  const row = STATUS_ANSWERS[status];
  if (row === undefined) throw new Error(`No sentence is known for the status ${status}.`);
  return describedError(`status_${status}`, { ...row, status });
}

const REQUEST_ID = { description: 'The id under which the request is logged.', required: true };
const RETRY_AFTER = 'After how many seconds the same request may succeed.';

/** Headers by status; every answer has the id of its request. */
export function headersOf(status: number): JsonSchema {
  const id = { 'X-Request-ID': { ...REQUEST_ID, schema: { type: 'string', minLength: 8, maxLength: 128 } } };
  if (status === 401) {
    const says = 'The scheme in which a token is sent.';
    return { ...id, 'WWW-Authenticate': { description: says, required: true, schema: { const: 'Bearer' } } };
  }
  if (status === 429 || status === 503)
    return { ...id, 'Retry-After': { description: RETRY_AFTER, schema: { type: 'integer', minimum: 1 } } };
  return id;
}
