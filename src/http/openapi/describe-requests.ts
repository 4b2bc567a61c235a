import type { z } from 'zod';
import { LAST_PAGE, DEFAULT_PAGE_SIZE, PAGE_SIZE_CAP } from '../paging.dto';
import type { Description } from './description';
import { type JsonSchema, schemaOf } from './schema-of';

/** Everybody's id in the examples. */
export const EXAMPLE_ID = '5a5b1c9e-0000-4000-8000-000000000001';

const ID: JsonSchema = { type: 'string', format: 'uuid' };

const PAGING: readonly JsonSchema[] = [
  {
    name: 'page',
    in: 'query',
    description: 'Which page, from 1.',
    schema: { type: 'integer', minimum: 1, maximum: LAST_PAGE, default: 1 },
  },
  {
    name: 'page_size',
    in: 'query',
    description: `Entries of a page. More than ${PAGE_SIZE_CAP} counts as ${PAGE_SIZE_CAP}.`,
    schema: { type: 'integer', minimum: 1, default: DEFAULT_PAGE_SIZE },
  },
];

/** The names in braces, as the framework writes them with colons. */
const NAMES = /:(\w+)/g;

/** `/api/persons/:id` as OpenAPI writes it. */
export function templateOf(path: string): string {
  return path.replace(NAMES, '{$1}');
}

/** The same as it could be asked for. */
export function examplePathOf(path: string, { path: known = {} }: Pick<Description, 'path'>): string {
  return path.replace(NAMES, (_, name: string) => known[name]?.example ?? EXAMPLE_ID);
}

/** What stands in the path, in the query, and the part of a list that is asked for. */
export function parametersOf(path: string, description: Description): readonly JsonSchema[] {
  const { path: known = {}, query, isList } = description;
  const inPath = [...path.matchAll(NAMES)].map(([, name = '']) => {
    const shown = known[name];
    const schema = shown === undefined ? ID : schemaOf(shown.schema, 'input');
    return { name, in: 'path', required: true, schema, example: shown?.example ?? EXAMPLE_ID };
  });
  const inQuery = query === undefined ? [] : queryOf(query.schema, query.example as Example);
  return [...inPath, ...inQuery, ...(isList ? PAGING : [])];
}

type Example = Readonly<Record<string, unknown>>;

function queryOf(schema: z.ZodType, example: Example): readonly JsonSchema[] {
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as {
    readonly properties?: Readonly<Record<string, JsonSchema>>;
    readonly required?: readonly string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema: property,
    ...(name in example ? { example: example[name] } : {}),
  }));
}

/** Whether anything of a request is read by a schema, so that its fields can be at fault. */
export function hasFields(path: string, { body, query, isList, path: known = {} }: Description): boolean {
  const ids = [...path.matchAll(NAMES)].some(([, name = '']) => known[name] === undefined);
  const isBodyTold = body !== undefined && body.isToldAsWhole !== true;
  return ids || isList === true || isBodyTold || query !== undefined;
}

/** The body of a request. */
export function bodyOf({ body }: Description): JsonSchema | undefined {
  if (body === undefined) return undefined;
  const { schema, example } = body;
  return { required: true, content: { 'application/json': { schema: schemaOf(schema, 'input'), example } } };
}
