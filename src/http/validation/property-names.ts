/**
 * Class-transformer and class-validator do not see properties that are named like those of every object: `__proto__`,
 * `constructor`, `toString`. With a mark before its name such a property is an unknown one like others.
 */
const MARK = '\0';

/** A copy with the mark before every such name. The depth of the value must be limited before. */
export function marked(value: unknown): unknown {
  return renamed(value, (name) =>
    name in Object.prototype || name.startsWith(MARK) ? `${MARK}${name}` : name,
  );
}

/** The same copy without marks. */
export function unmarked(value: unknown): unknown {
  return renamed(value, unmarkedName);
}

export const unmarkedName = (name: string): string =>
  name.startsWith(MARK) ? name.slice(MARK.length) : name;

function renamed(value: unknown, rename: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((entry) => renamed(entry, rename));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [rename(name), renamed(inner, rename)]),
  );
}
