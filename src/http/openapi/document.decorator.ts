import { applyDecorators, SetMetadata, type Type as Class } from '@nestjs/common';
import { ApiExcludeController, ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import type { RefusalCode } from '../../domain/refusal';

/** A schema in the words of JSON Schema, 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Under this key a handler names its refusals. */
export const REFUSES = Symbol('refuses');

/** Refusals of this call. Those of access, of field faults and of the server are described at every call anyway. */
export const Refuses = (...codes: readonly RefusalCode[]) => SetMetadata(REFUSES, codes);

/** The metadata key of controllers that are not in the document. */
export const NOT_DESCRIBED = Symbol('not described');

/** For controllers of pages: their answers are for people, and no program is to rely on them. */
export const NotDescribed = () => applyDecorators(SetMetadata(NOT_DESCRIBED, true), ApiExcludeController());

/** Schemas that may have more properties than are described. All others are closed. */
const OPEN_SCHEMAS = new Set<string>();

/** The described object may have more properties. */
export const AllowsMore = (): ClassDecorator => (type) => void OPEN_SCHEMAS.add(type.name);

/** Whether a schema may have more properties than are described. */
export const allowsMore = (name: string): boolean => OPEN_SCHEMAS.has(name);

/** An id of an answer, in lower case. */
export const AnswerId = (described: ApiPropertyOptions = {}) =>
  property({ type: String, pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' }, described);

/** A time of an answer, ISO 8601 in UTC. */
export const AnswerTime = (described: ApiPropertyOptions = {}) =>
  property({ type: String, format: 'date-time' }, described);

/** A day of an answer, YYYY-MM-DD. */
export const AnswerDay = (described: ApiPropertyOptions = {}) =>
  property({ type: String, format: 'date' }, described);

/** A text of an answer. */
export const AnswerText = (described: ApiPropertyOptions = {}) => property({ type: String }, described);

/** One of these texts. */
export const AnswerWord = (values: readonly string[], described: ApiPropertyOptions = {}) =>
  property({ type: String, enum: [...values] }, described);

/** A whole number of an answer. */
export const AnswerInteger = (described: ApiPropertyOptions = {}) => property({ type: 'integer' }, described);

/** `true` or `false` of an answer. */
export const AnswerYesOrNo = (described: ApiPropertyOptions = {}) => property({ type: Boolean }, described);

/** An object of another DTO. */
export const AnswerObject = (type: Class<object>, described: ApiPropertyOptions = {}) =>
  property({ type }, described);

/** A list of objects of another DTO. */
export const AnswerList = (type: Class<object>, described: ApiPropertyOptions = {}) =>
  property({ type: [type] as never }, described);

/** A property that has exactly this JSON Schema. A function makes it only when the document is asked for. */
export const AnswerSchema = (schema: JsonSchema | (() => JsonSchema), described: ApiPropertyOptions = {}) =>
  property({ allOf: [schema as JsonSchema] }, described);

function property(kind: ApiPropertyOptions, described: ApiPropertyOptions): PropertyDecorator {
  return ApiProperty({ ...kind, ...described } as ApiPropertyOptions);
}
