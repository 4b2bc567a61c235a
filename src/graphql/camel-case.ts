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
