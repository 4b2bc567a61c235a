import { expect } from 'vitest';
import { z } from 'zod';
import { Refusal, type FieldFault } from '../../src/domain/refusal';
import { parseBody } from '../../src/http';

/** What a body is refused with; nothing when it is read. */
export function faultsOf(schema: z.ZodType, body: unknown): readonly FieldFault[] {
  try {
    parseBody(schema, body);
  } catch (refusal) {
    expect(refusal).toBeInstanceOf(Refusal);
    const { code, details } = refusal as Refusal;
    expect(code).toBe('validation_failed');
    return details.faults ?? [];
  }
  return [];
}

/** The faults of one property named `it`. */
export const faultsIn = (field: z.ZodType, value: unknown): readonly Omit<FieldFault, 'entry'>[] =>
  faultsOf(z.strictObject({ it: field }), { it: value }).map(({ entry, ...told }) => {
    expect(entry).toBe('$.it');
    return told;
  });

/** A fault without its entry. */
export const fault = (rule: string, description: string, params: string[] = []) => ({
  rule,
  description,
  params,
});
