import { applyDecorators, type Type as Class } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { ValidateBy, ValidateIf, ValidateNested } from 'class-validator';
import { isIsoDay } from '../../domain/calendar-day';
import type { FieldRule } from '../../domain/refusal';
import {
  type FaultOfField,
  FAULTS,
  faultOfText,
  LONGEST_TEXT,
  patternSentence,
  type TextRule,
  jsonTypeOf,
  UUID,
  unmarked,
} from './field-faults';

/**
 * The decorators of every DTO. Each one validates by the published rules and describes itself in OpenAPI. Use them and
 * not those of class-validator: the bare ones accept `[]` for an object, `null` for what is optional and `1990` for a day.
 */

/** What the validation pipe needs beside the sentence of a fault. */
export interface RuleContext {
  readonly params: readonly string[];
  /** The fault is that of entries of a list, not of the list. */
  readonly isOfEntries?: true;
}

type Check = (value: unknown, name: string) => FaultOfField | undefined;

/** One published rule. Only the first fault of a field is reported, so a later rule may rely on earlier ones. */
function Rule(rule: FieldRule, check: Check, context: RuleContext = { params: [] }): PropertyDecorator {
  return ValidateBy(
    {
      // Class-validator keeps one context for each name.
      name: context.isOfEntries ? `${rule} of entries` : rule,
      validator: {
        validate: (value, args) => check(value, args?.property ?? '') === undefined,
        defaultMessage: (args) => check(args?.value, args?.property ?? '')?.description ?? '',
      },
    },
    { context },
  );
}

const when = (isAtFault: boolean, fault: FaultOfField): FaultOfField | undefined =>
  isAtFault ? fault : undefined;

const Required = () => Rule('required', (value, name) => when(value === undefined, FAULTS.required(name)));

const OfType = (expected: 'string' | 'boolean' | 'object' | 'array') =>
  Rule('cast', (value) => when(jsonTypeOf(value) !== expected, FAULTS.type(expected, value)));

/** May be absent, must not be null. */
export const MayBeAbsent = () =>
  applyDecorators(
    ValidateIf((_, value) => value !== undefined),
    ApiProperty({ required: false }),
  );

/** May be absent or null. */
export const MayBeNull = () =>
  applyDecorators(
    ValidateIf((_, value) => value !== undefined && value !== null),
    ApiProperty({ required: false, nullable: true }),
  );

/** May be absent unless the other fields of the same input need it. */
export const MayBeAbsentUnless = <Input extends object>(isNeeded: (input: Input) => boolean) =>
  applyDecorators(
    ValidateIf((input, value) => value !== undefined || isNeeded(input as Input)),
    ApiProperty({ required: false }),
  );

/** Of a query: a form sends a field that was left empty as an empty text, and that asks for nothing. */
export const EmptyIsAbsent = () =>
  Transform(({ value }: { value: unknown }) => (value === '' ? undefined : value));

/** A text that PostgreSQL can store. Lengths are counted in characters. */
export function Text(rule: TextRule = {}, described: ApiPropertyOptions = {}): PropertyDecorator {
  const { least = 1, most = LONGEST_TEXT } = rule;
  const fault = (value: unknown) => faultOfText(value as string, rule);
  const of = (name: FieldRule) => (value: unknown) =>
    when(fault(value)?.rule === name, fault(value) as FaultOfField);
  const lengths = { minLength: least, ...(most === Infinity ? {} : { maxLength: most }) };
  return applyDecorators(
    Required(),
    OfType('string'),
    Rule('length', of('length')),
    Rule('format', of('format')),
    ApiProperty({ type: String, ...lengths, ...described }),
  );
}

/** A text of one pattern, which is published. */
export function TextLike(
  pattern: RegExp,
  { example, ...lengths }: Pick<TextRule, 'least' | 'most'> & { readonly example?: string } = {},
): PropertyDecorator {
  const rule = { ...lengths, fits: (text: string) => pattern.test(text), sentence: patternSentence(pattern) };
  return Text(rule, { pattern: pattern.source, ...(example === undefined ? {} : { example }) });
}

/** A text that later checks judge; only its type matters here, and with `minLength`, that it is not empty. */
export const AnyText = (described: ApiPropertyOptions = {}) =>
  applyDecorators(
    Required(),
    OfType('string'),
    Rule('length', (value) =>
      when((value as string).length < (described.minLength ?? 0), FAULTS.textLength('minimum', 1, value)),
    ),
    ApiProperty({ type: String, ...described }),
  );

/** An id. Ids are written in lower case everywhere, so one in capitals becomes the same one. */
export const Uuid = () =>
  applyDecorators(
    Text(
      { fits: (text) => UUID.test(text), sentence: 'expected the value to be a UUID' },
      { format: 'uuid' },
    ),
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.toLowerCase() : value)),
  );

/** An id of a path, of which any text is a UUID or a malformed one. */
export const UuidInPath = () =>
  applyDecorators(
    Rule('format', (value) =>
      when(!UUID.test(value as string), FAULTS.form('expected the value to be a UUID')),
    ),
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.toLowerCase() : value)),
    ApiProperty({ type: String, format: 'uuid', example: '5a5b1c9e-0000-4000-8000-000000000001' }),
  );

/** A day of the calendar, YYYY-MM-DD. The database has no year 0. */
export const IsDay = () =>
  Text(
    {
      fits: (text) => isIsoDay(text) && !text.startsWith('0000'),
      sentence: 'expected the value to be a day of the calendar, YYYY-MM-DD',
    },
    { format: 'date' },
  );

/** One of these texts. */
export const OneOf = (values: readonly string[], described: ApiPropertyOptions = {}) =>
  applyDecorators(
    Required(),
    OfType('string'),
    Rule('inclusion', (value) => when(!values.includes(value as string), FAULTS.enum(values)), {
      params: values,
    }),
    ApiProperty({ type: String, enum: [...values], ...described }),
  );

/** `true` or `false` of JSON. */
export const YesOrNo = () => applyDecorators(Required(), OfType('boolean'), ApiProperty({ type: Boolean }));

/** Decimal digits only: no sign, no `0x10`, no `1e3`. */
const WHOLE = /^\d{1,9}$/;

/** A whole number of a query, from 1. `initial` is also the initial value of the property; an empty text counts as absent. */
export const QueryInteger = (initial: number, described: ApiPropertyOptions = {}) =>
  applyDecorators(
    Transform(({ value }: { value: unknown }) => {
      if (value === undefined || value === '') return initial;
      return typeof value === 'string' && WHOLE.test(value) ? Number(value) : value;
    }),
    Rule('cast', (value) => when(typeof value !== 'number', FAULTS.type('integer', ''))),
    Rule('invalid', (value) =>
      when((value as number) < 1, FAULTS.invalid('expected the value to be greater than or equal to 1')),
    ),
    ApiProperty({
      type: 'integer',
      required: false,
      minimum: 1,
      default: initial,
      ...described,
    } as ApiPropertyOptions),
  );

/** A JSON object with any properties. */
export const AnyObject = () =>
  applyDecorators(
    Transform(({ value }: { value: unknown }) => unmarked(value)),
    Required(),
    OfType('object'),
    ApiProperty({ type: 'object', additionalProperties: true }),
  );

/** One object of another DTO. */
export const NestedObject = (of: () => Class<object>) =>
  applyDecorators(
    Required(),
    OfType('object'),
    ValidateNested(),
    Type(of),
    // Swagger recognises a function that returns the type by the name `type`.
    ApiProperty({ type: () => of() }),
  );

/** A list of objects of another DTO. A list that is too long is not looked through. */
export const NestedList = (type: () => Class<object>, least: number, most: number) =>
  applyDecorators(
    Transform(({ value, obj, key }) => {
      const sent: unknown = (obj as Record<string, unknown>)[key];
      // Gaps are not validated; only the length is.
      return Array.isArray(sent) && sent.length > most ? new Array(sent.length) : (value as unknown);
    }),
    Required(),
    OfType('array'),
    Rule('length', (list) =>
      when((list as unknown[]).length < least, FAULTS.listLength('minimum', least, list)),
    ),
    Rule('length', (list) =>
      when((list as unknown[]).length > most, FAULTS.listLength('maximum', most, list)),
    ),
    Rule('cast', (list) => when((list as unknown[]).some(isNoObject), FAULTS.type('object', '')), {
      params: [],
      isOfEntries: true,
    }),
    ValidateNested({ each: true }),
    Type(type),
    ApiProperty({ type: [type] as never, minItems: least, maxItems: most }),
  );

const isNoObject = (value: unknown): boolean => jsonTypeOf(value) !== 'object';
