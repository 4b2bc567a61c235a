/** A schema in the words of JSON Schema, as far as values are made from it. */
export interface ValueSchema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly pattern?: string;
  readonly anyOf?: readonly ValueSchema[];
  readonly oneOf?: readonly ValueSchema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly items?: ValueSchema;
  readonly properties?: Readonly<Record<string, ValueSchema>>;
  readonly required?: readonly string[];
}

/** Something that stands in the path or the query. */
export interface CallParameter {
  readonly name: string;
  readonly in: string;
  readonly schema: ValueSchema;
  readonly example?: unknown;
}

/** A call as its description has it. */
export interface DescribedCall {
  /** As `PATCH /api/things/{id}`. */
  readonly name: string;
  readonly method: string;
  readonly template: string;
  readonly parameters: readonly CallParameter[];
  readonly body?: { readonly schema: ValueSchema; readonly example?: unknown };
  /** The statuses it says it answers with. */
  readonly statuses: readonly number[];
}

interface Operation {
  readonly parameters?: readonly CallParameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, DescribedCall['body']>> };
  readonly responses: Readonly<Record<string, unknown>>;
  readonly 'x-internal'?: boolean;
}

/** Every call of the public port, whatever there is. */
export function callsOf(paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>): DescribedCall[] {
  return Object.entries(paths).flatMap(([template, operations]) =>
    Object.entries(operations as Readonly<Record<string, Operation>>)
      .filter(([, operation]) => operation['x-internal'] !== true)
      .map(([method, operation]) => callOf(template, method.toUpperCase(), operation)),
  );
}

function callOf(template: string, method: string, operation: Operation): DescribedCall {
  const body = operation.requestBody?.content['application/json'];
  return {
    name: `${method} ${template}`,
    method,
    template,
    parameters: operation.parameters ?? [],
    ...(body === undefined ? {} : { body }),
    statuses: Object.keys(operation.responses).map(Number),
  };
}
