/** The published codes of errors. The list is closed: a client may switch on it. */
export type GraphqlCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'UNPROCESSABLE_ENTITY'
  | 'CONFLICT'
  | 'NOT_FOUND'
  | 'BAD_REQUEST'
  | 'INTERNAL_SERVER_ERROR';

/**
 * By which code GraphQL tells what a call tells by its status. The status of a refusal is told in one table for both.
 * A status without a row is a trouble of ours.
 */
export const GRAPHQL_CODES: Readonly<Record<number, GraphqlCode>> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  422: 'UNPROCESSABLE_ENTITY',
};
