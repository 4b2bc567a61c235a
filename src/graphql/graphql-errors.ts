import { type FieldFault, Refusal } from '../domain/refusal';
import type { GraphQLFormattedError } from 'graphql';
import { answerTo } from '../http';
import { Log, describeError } from '../observability';

/** A name of the tables as the schema of GraphQL spells it. */
export function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** The same with the names of the schema, all the way down. Values stay as they are. */
export function inCamelCase(row: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [camelCase(name), renamed(value)]));
}

function renamed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(renamed);
  const isPlain = typeof value === 'object' && value !== null && !(value instanceof Date);
  return isPlain ? inCamelCase(value) : value;
}

/** A fault in GraphQL: the names of fields are those of the schema. */
export interface InputError {
  readonly message: string;
  readonly path: readonly (string | number)[];
  readonly options: { readonly rule: string; readonly params: readonly string[] };
}

/** A fault of a field. Its sentence and its path have the names of the schema. */
export function inputErrorOf({ entry, rule, description, params }: FieldFault): InputError {
  const parts = entry.split('.').slice(1);
  return {
    message: parts.reduce((sentence, part) => sentence.replace(part, camelCase(part)), description),
    path: parts.map((part) => (/^\[\d+\]$/.test(part) ? Number(part.slice(1, -1)) : camelCase(part))),
    options: { rule, params },
  };
}

/** By the name that a service knows: the name under which the field was sent. */
export type InputNames = Readonly<Record<string, string>>;

/** Calls a service that knows some fields by other names; its faults get the names that were sent. */
export async function withInputNames<Result>(names: InputNames, run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof Refusal) || error.details.faults === undefined) throw error;
    throw new Refusal(error.code, { ...error.details, faults: error.details.faults.map(renamed) });
  }

  function renamed(fault: FieldFault): FieldFault {
    const known = Object.entries(names).find(([name]) => fault.entry === `$.${name}`);
    if (known === undefined) return fault;
    const [name, sent] = known;
    return {
      ...fault,
      entry: `$.${sent}`,
      description: fault.description.replace(`property ${name} `, `property ${sent} `),
    };
  }
}

/** The published codes of errors. The list is closed: a client may switch on it. */
export type GraphqlCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'UNPROCESSABLE_ENTITY'
  | 'CONFLICT'
  | 'NOT_FOUND'
  | 'BAD_REQUEST'
  | 'SERVICE_UNAVAILABLE'
  | 'INTERNAL_SERVER_ERROR';

/**
 * The code of an HTTP status. One table has the status of each refusal for both. A status without a row is an internal
 * error.
 */
export const GRAPHQL_CODES: Readonly<Record<number, GraphqlCode>> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  422: 'UNPROCESSABLE_ENTITY',
  // Not one of the published codes: the same request may succeed later, and a client must see the difference.
  503: 'SERVICE_UNAVAILABLE',
};

/** Errors of the language itself, by the server's codes; their own words quote the request. */
const OF_THE_LANGUAGE: Readonly<Record<string, ConstructorParameters<typeof Refusal>[0]>> = {
  GRAPHQL_PARSE_FAILED: 'operation_unreadable',
  GRAPHQL_VALIDATION_FAILED: 'operation_unknown',
  OPERATION_RESOLUTION_FAILURE: 'operation_not_named',
  BAD_USER_INPUT: 'validation_failed',
};

/** How GraphQL reports that something is missing. The names are those of our schema, or of variables without digits. */
const MISSING: readonly RegExp[] = [
  /^Field "\w+\.([A-Za-z]+)" of required type "[^"]+" was not provided\.$/,
  /^Field "\w+" argument "([A-Za-z]+)" of type "[^"]+" is required, but it was not provided\.$/,
  /^Variable "\$\w+" got invalid value .*; Field "([A-Za-z]+)" of required type "[^"]+" was not provided\.$/s,
  /^Variable "\$\w+" got invalid value null at "\w+\.([A-Za-z]+)"; Expected non-nullable type "[^"]+" not to be null\.$/,
  /^Variable "\$([A-Za-z]{1,40})" of required type "[^"]+" was not provided\.$/,
  /^Variable "\$([A-Za-z]{1,40})" of non-null type "[^"]+" must not be null\.$/,
  /^Argument "([A-Za-z]+)" of non-null type "[^"]+" must not be null\.$/,
];

/**
 * How it begins when variables do not fit. An argument is blamed when a variable with a default was sent as null: that
 * is found while the cost is counted, and has no code of the server.
 */
const ABOUT_VARIABLES = /^(?:Variable "\$|Argument ")/;

/** How it reports a word outside an enum of our schema. */
const NOT_IN_ENUM =
  /^Variable "\$\w+" got invalid value .* at "\w+\.([A-Za-z]+)"; Value .* does not exist in "\w+" enum\./s;

/** Turns an error into its answer: a code of the closed list, and a sentence of ours. */
export class GraphqlErrors {
  constructor(private readonly log: Log) {}

  format(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
    const { locations, path } = formatted;
    const found = causeOf(formatted, error);
    const { status, error: answer } = answerTo(found);
    if (status === 500)
      this.log.error('A field of an operation ended in an unexpected error', found, { status });
    else if (status > 500) {
      const fields = { status, error: describeError(found) };
      this.log.warn('A field was refused: a server that it needs is unavailable or too busy', fields);
    }
    const details = found instanceof Refusal ? detailsOf(found) : {};
    return {
      message: answer.message,
      ...(locations === undefined ? {} : { locations }),
      ...(path === undefined ? {} : { path }),
      extensions: { code: GRAPHQL_CODES[status] ?? 'INTERNAL_SERVER_ERROR', ...details },
    };
  }
}

/** What we threw, or the refusal for an error of the language. */
function causeOf({ message, path, extensions }: GraphQLFormattedError, error: unknown): unknown {
  // What we threw is wrapped by the language. Its class is not checked: a process may have loaded it twice.
  const thrown = (error as { readonly originalError?: unknown } | undefined)?.originalError;
  if (thrown instanceof Refusal || path !== undefined) return thrown ?? error;
  const faults = faultsIn(message);
  if (faults.length > 0) return new Refusal('validation_failed', { faults });
  const code = ABOUT_VARIABLES.test(message) ? 'BAD_USER_INPUT' : String(extensions?.['code']);
  const refusal = OF_THE_LANGUAGE[code];
  return refusal === undefined ? (thrown ?? error) : new Refusal(refusal);
}

function faultsIn(message: string): FieldFault[] {
  for (const pattern of MISSING) {
    const [, name] = pattern.exec(message) ?? [];
    if (name === undefined) continue;
    const description = `required property ${name} was not present`;
    return [{ entry: `$.${name}`, rule: 'required', description, params: [] }];
  }
  const [, name] = NOT_IN_ENUM.exec(message) ?? [];
  if (name === undefined) return [];
  return [{ entry: `$.${name}`, rule: 'inclusion', description: 'value is not allowed in enum', params: [] }];
}

/** What a program may read beside the sentence, as published. */
function detailsOf({ code, details }: Refusal): Readonly<Record<string, unknown>> {
  const { faults = [], words } = details;
  if (faults.length > 0) return { exception: { inputErrors: faults.map(inputErrorOf) } };
  if (code !== 'scope_missing') return {};
  return { exception: { missingAllowances: words?.['allowances']?.split(', ') ?? [] } };
}
