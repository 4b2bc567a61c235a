import { STATUS_CODES } from 'node:http';
import type { RefusalCode } from '../../domain/refusal';
import type { Description, Shown } from './description';
import { describedRefusal, describedStatus, headersOf } from './describe-refusals';
import { exactly, type JsonSchema, schemaOf } from './schema-of';

/** All that the answers of one call follow from. */
export interface Answering {
  readonly description: Description;
  /** Of a good answer. */
  readonly status: number;
  readonly isBare: boolean;
  /** The path of an example. */
  readonly url: string;
  /** Refusals, and errors that have only a status. */
  readonly errors: readonly (RefusalCode | number)[];
}

const EXAMPLE_REQUEST_ID = '0b8f2a54-0000-4000-8000-000000000002';
const JSON_MEDIA = 'application/json';

const PAGING = exactly({
  page_number: { type: 'integer', minimum: 1 },
  page_size: { type: 'integer', minimum: 1 },
  total_entries: { type: 'integer', minimum: 0 },
  total_pages: { type: 'integer', minimum: 0 },
});

const EXAMPLE_PAGING = { page_number: 1, page_size: 50, total_entries: 1, total_pages: 1 };

function metaSchema(status: number, type: 'object' | 'list'): JsonSchema {
  return exactly({
    code: { const: status },
    url: { type: 'string', pattern: '^/[^?]*$' },
    type: { const: type },
    request_id: { type: 'string', minLength: 8, maxLength: 128 },
  });
}

const metaExample = (status: number, type: 'object' | 'list', url: string): JsonSchema => ({
  code: status,
  url,
  type,
  request_id: EXAMPLE_REQUEST_ID,
});

/** Every answer of a call by its status. */
export function answersOf(answering: Answering): Readonly<Record<string, JsonSchema>> {
  const { description, status } = answering;
  const good = [[status, goodAnswer(answering)] as const];
  const others = Object.entries(description.otherAnswers ?? {}).map(
    ([other, shown]) => [Number(other), bare(Number(other), shown)] as const,
  );
  const told = new Set([...good, ...others].map(([each]) => each));
  const refused = refusalsByStatus(answering).filter(([each]) => !told.has(each));
  return Object.fromEntries([...good, ...others, ...refused]);
}

function goodAnswer({ description, status, isBare, url }: Answering): JsonSchema {
  const { answer, isList, media } = description;
  if (isBare) return bare(status, answer, media);
  const data = schemaOf(answer.schema, 'output');
  const schema = isList
    ? exactly({ meta: metaSchema(status, 'list'), data: { type: 'array', items: data }, paging: PAGING })
    : exactly({ meta: metaSchema(status, 'object'), data });
  const meta = metaExample(status, isList ? 'list' : 'object', url);
  const example = isList
    ? { meta, data: [answer.example], paging: EXAMPLE_PAGING }
    : { meta, data: answer.example };
  return response(status, { schema, example });
}

function bare(status: number, { schema, example }: Shown, media?: string): JsonSchema {
  return response(status, { schema: schemaOf(schema, 'output'), example }, media);
}

function refusalsByStatus({ errors, url }: Answering): readonly (readonly [number, JsonSchema])[] {
  const described = errors.map((error) =>
    typeof error === 'number' ? describedStatus(error) : describedRefusal(error),
  );
  const statuses = [...new Set(described.map(({ status }) => status))].sort((one, other) => one - other);
  return statuses.map((status) => {
    const these = described.filter((each) => each.status === status);
    const anyOf = these.map(({ name }) => ({ $ref: `#/components/schemas/${name}` }));
    const schema = exactly({ meta: metaSchema(status, 'object'), error: { anyOf } });
    const meta = metaExample(status, 'object', url);
    const examples = these.map(({ name, example }) => [name, { value: { meta, error: example } }]);
    return [status, response(status, { schema, examples: Object.fromEntries(examples) })];
  });
}

function response(status: number, content: JsonSchema, media = JSON_MEDIA): JsonSchema {
  return {
    description: STATUS_CODES[status] ?? '',
    headers: headersOf(status),
    content: { [media]: content },
  };
}
