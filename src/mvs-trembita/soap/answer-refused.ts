import type { TechnicalErrorKind } from '../../domain/verification/technical-error';

/** The closed list of what can be wrong with an answer. It may be logged: no word is taken from the answer. */
export type WhyRefused =
  | 'content_type'
  | 'charset'
  | 'content_encoding'
  | 'compression'
  | 'multipart'
  | 'not_utf8'
  | 'document_type'
  | 'not_xml'
  | 'xml_version'
  | 'too_deep'
  | 'too_many_elements'
  | 'too_many_attributes'
  | 'no_envelope'
  | 'header'
  | 'body'
  | 'body_children'
  | 'nested_envelope'
  | 'status_missing'
  | 'status_repeated'
  | 'status_not_a_number'
  | 'nil'
  | 'field_repeated'
  | 'no_fields'
  | 'size'
  | 'echo'
  | 'status_of_the_register'
  | 'fault'
  | 'not_http'
  | 'sandbox';

/** The answer says neither found nor not found. Thrown and caught within `soap/`. */
export class AnswerRefused extends Error {
  override readonly name = 'AnswerRefused';

  constructor(
    readonly error: TechnicalErrorKind,
    readonly why: WhyRefused,
  ) {
    super(`${error}: ${why}`);
  }
}

/** The most common refusal. */
export function unreadable(why: WhyRefused): AnswerRefused {
  return new AnswerRefused('unreadable_answer', why);
}
