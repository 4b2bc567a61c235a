import { expect } from 'vitest';
import { z } from 'zod';
import type { Type } from '@nestjs/common';
import { validated } from '../../src/http';
import { Refusal, type FieldFault } from '../../src/domain/refusal';
import { parseDocument } from '../../src/persons/sign-up/signed-document';
import { readSignUpContent } from '../../src/persons/sign-up/signed-content.schema';
import type { SignUpContentBuilder } from './sign-up-content';

/** What a body is refused with; nothing when it is read. */
export function faultsOf(schema: z.ZodType, body: unknown): readonly FieldFault[] {
  try {
    parseDocument(schema, body);
  } catch (refusal) {
    expect(refusal).toBeInstanceOf(Refusal);
    const { code, details } = refusal as Refusal;
    expect(code).toBe('validation_failed');
    return details.faults ?? [];
  }
  return [];
}

/** The faults with which a DTO is refused; nothing when it is accepted. */
export async function dtoFaultsOf(type: Type<object>, input: unknown): Promise<readonly FieldFault[]> {
  try {
    await validated(type, input);
  } catch (refusal) {
    expect(refusal).toMatchObject({ name: 'Refusal', code: 'validation_failed' });
    return (refusal as Refusal).details.faults ?? [];
  }
  return [];
}

/** The faults of one property named `it`. */
export const faultsIn = (field: z.ZodType, value: unknown): readonly Omit<FieldFault, 'entry'>[] =>
  faultsOf(z.strictObject({ it: field }), { it: value }).map(({ entry, ...reported }) => {
    expect(entry).toBe('$.it');
    return reported;
  });

/** A fault without its entry. */
export const fault = (rule: string, description: string, params: string[] = []) => ({
  rule,
  description,
  params,
});

/** The faults of form in a content; nothing when it is read. */
export function signedFaultsOf(content: SignUpContentBuilder | Uint8Array): readonly FieldFault[] {
  try {
    readSignUpContent(content instanceof Uint8Array ? content : content.bytes());
  } catch (refusal) {
    expect(refusal).toMatchObject({ name: 'Refusal', code: 'validation_failed' });
    return (refusal as Refusal).details.faults ?? [];
  }
  return [];
}

/** The same as "entry rule". */
export const rulesOf = (content: SignUpContentBuilder) =>
  signedFaultsOf(content).map(({ entry, rule }) => `${entry} ${rule}`);

/** The entry of a path such as `person.documents.0.number`. */
export const entryOf = (path: string) => `$.${path.replace(/\.(\d+)/g, '.[$1]')}`;
