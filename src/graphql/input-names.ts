import { type FieldFault, Refusal } from '../domain/refusal';

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

/** A fault as GraphQL tells it: names of fields as the schema spells them. */
export interface InputError {
  readonly message: string;
  readonly path: readonly (string | number)[];
  readonly options: { readonly rule: string; readonly params: readonly string[] };
}

/** Tells a fault of a field. The names of the tables stand in its sentence as well as in its path. */
export function inputErrorOf({ entry, rule, description, params }: FieldFault): InputError {
  const parts = entry.split('.').slice(1);
  return {
    message: parts.reduce((sentence, part) => sentence.replace(part, camelCase(part)), description),
    path: parts.map((part) => (/^\[\d+\]$/.test(part) ? Number(part.slice(1, -1)) : camelCase(part))),
    options: { rule, params },
  };
}

/** Field by field: under which name a verb knows it, and under which one it was sent. */
export type InputNames = Readonly<Record<string, string>>;

/** Runs a verb that knows some fields by other names, and has its faults tell the names that were sent. */
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
