import { expect } from 'vitest';
import type { FieldFault, Refusal } from '../../src/domain/refusal';
import { readSignUpContent } from '../../src/persons/sign-up/person-request.dto';
import type { SignUpContentBuilder } from './sign-up-content';

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
export const toldOf = (content: SignUpContentBuilder) =>
  signedFaultsOf(content).map(({ entry, rule }) => `${entry} ${rule}`);

/** The entry of a path such as `person.documents.0.number`. */
export const entryOf = (path: string) => `$.${path.replace(/\.(\d+)/g, '.[$1]')}`;
