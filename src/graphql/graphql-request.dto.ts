import { z } from 'zod';
import type { Description } from '../http';
import { GRAPHQL_CODES } from './graphql-errors';

/** A request of the language. Several in one list are none: each would be a request of its own to every limit. */
export const ASKED = z
  .object({
    query: z.string().min(1),
    variables: z.record(z.string(), z.unknown()).nullish(),
    operationName: z.string().nullish(),
  })
  .transform(({ query, variables, operationName }) => ({
    query,
    ...(variables ? { variables } : {}),
    ...(operationName ? { operationName } : {}),
  }));

const CODES = [...new Set(Object.values(GRAPHQL_CODES)), 'INTERNAL_SERVER_ERROR'];

const ERROR = z.strictObject({
  message: z.string(),
  locations: z.array(z.strictObject({ line: z.int(), column: z.int() })).optional(),
  path: z.array(z.union([z.string(), z.int()])).optional(),
  extensions: z.looseObject({ code: z.enum(CODES) }),
});

/** Its fields are described by its schema. */
export const OPERATION: Description = {
  summary: 'An operation of GraphQL',
  says: 'What a field refuses stands in errors, by a code; the schema tells the fields and what they need.',
  body: {
    schema: ASKED,
    example: { query: '{ unzrInfoRegister(unzr: "20210504-00031") { jobStatus } }' },
    isToldAsWhole: true,
  },
  answer: {
    schema: z.strictObject({
      data: z.looseObject({}).nullish(),
      errors: z.array(ERROR).min(1).optional(),
      extensions: z.strictObject({ requestId: z.string() }),
    }),
    example: {
      data: { unzrInfoRegister: { jobStatus: 'pending' } },
      extensions: { requestId: '0b8f2a54-0000-4000-8000-000000000002' },
    },
  },
};
