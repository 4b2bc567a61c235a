import { columns } from '../columns';

/** Something that stands somewhere, and what must stand there. Neither tells more of a person than may be shown. */
export interface Fact {
  readonly of: string;
  readonly found: string;
  readonly expected: string;
}

export function isSo({ found, expected }: Fact): boolean {
  return found === expected;
}

/** One line a fact; what is not as it must be says so. */
export function factLines(facts: readonly Fact[]): string {
  const rows = facts.map((fact) => [
    `   ${fact.of}`,
    fact.found,
    isSo(fact) ? '' : `NOT SO, must be: ${fact.expected}`,
  ]);
  return columns(rows);
}
