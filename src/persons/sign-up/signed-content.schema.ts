import { z } from 'zod';
import { isIsoDay } from '../../domain/calendar-day';
import { faultOfText, LONGEST_TEXT, patternSentence, type TextRule, UUID } from '../../http';
import {
  RELATION_TYPES,
  DOCUMENT_TYPES,
  RELATIONSHIP_DOCUMENT_TYPES,
  ADDRESS_TYPES,
  PHONE_TYPES,
  SETTLEMENT_TYPES,
  GENDERS,
  WAYS_OF_COMMUNICATION,
} from '../../domain/person/dictionaries';
import { DOCUMENT_NUMBERS } from '../../domain/person/document.rules';
import type { SignUpContent } from '../../domain/person/person-request';
import { parseDocument, readSignedJson } from './signed-document';

/** What `fits` asks, in the words of JSON Schema; for readers of the description only. */
interface Described {
  readonly pattern?: string;
  readonly format?: 'uuid' | 'date' | 'email';
}

/** A text. The first of its faults is reported: its length, its characters, its form. */
export function text(rule: TextRule = {}, described: Described = {}) {
  const { least = 1, most = LONGEST_TEXT } = rule;
  const lengths = { minLength: least, ...(most === Infinity ? {} : { maxLength: most }) };
  const checked = z.string().check(({ value: input, issues }) => {
    const fault = faultOfText(input, rule);
    if (fault === undefined) return;
    if (fault.rule === 'format') issues.push({ code: 'custom', message: fault.description, input });
    else if (fault.description.includes('minimum'))
      issues.push({ code: 'too_small', origin: 'string', minimum: least, inclusive: true, input });
    else issues.push({ code: 'too_big', origin: 'string', maximum: most, inclusive: true, input });
  });
  return checked.meta({ ...lengths, ...described });
}

/** A text of one pattern, which is published. */
export function textLike(pattern: RegExp, lengths: Pick<TextRule, 'least' | 'most'> = {}) {
  const rule = {
    ...lengths,
    fits: (value: string) => pattern.test(value),
    sentence: patternSentence(pattern),
  };
  return text(rule, { pattern: pattern.source });
}

/** Whether `text()` accepts this value: only then other rules apply. */
function isStorable(value: unknown): value is string {
  return typeof value === 'string' && faultOfText(value, {}) === undefined;
}

/** An id. Ids are written in lower case everywhere, so one in capitals becomes the same one. */
export function id() {
  const rule = { fits: (value: string) => UUID.test(value), sentence: 'expected the value to be a UUID' };
  return text(rule, { format: 'uuid' }).toLowerCase();
}

/** A day of the calendar. The database has no year 0. */
export function day() {
  return text(
    {
      fits: (value) => isIsoDay(value) && !value.startsWith('0000'),
      sentence: 'expected the value to be a day of the calendar, YYYY-MM-DD',
    },
    { format: 'date' },
  );
}

/** The published pattern: Ukrainian letters, hyphen and apostrophe, single blanks between words. */
const NAME = /^(?!.*[ЫЪЭЁыъэё@%&$^#])[А-ЯҐЇІЄа-яґїіє'\-]+(\s(?!.*[ЫЪЭЁыъэё@%&$^#])[А-ЯҐЇІЄа-яґїіє'\-]+)*$/;

/** More than there are types of anything. The entries of a longer list are not checked. */
const MOST_ENTRIES = 32;

/** A bounded list. By default it has at least one entry. */
const listOf = <Entry extends z.ZodType>(entry: Entry, least = 1) =>
  z.array(entry).min(least).max(MOST_ENTRIES).readonly();

/** A name of a person. */
const name = () => textLike(NAME);

/** A phone, with the code of the country. */
const phone = z.strictObject({
  type: z.enum(PHONE_TYPES),
  number: textLike(/^\+38[0-9]{10}$/),
});

/** Where a person lives or is registered. */
const address = z.strictObject({
  type: z.enum(ADDRESS_TYPES),
  country: text(),
  area: text(),
  region: text().optional(),
  settlement: text(),
  settlement_type: z.enum(SETTLEMENT_TYPES),
  settlement_id: id(),
  street_type: text().optional(),
  street: text().optional(),
  building: text().optional(),
  apartment: text().optional(),
  zip: textLike(/^[0-9]{5}$/).optional(),
});

interface Numbered {
  readonly type: keyof typeof DOCUMENT_NUMBERS;
  readonly number: string;
}

/** The pattern of a number depends on the type beside it. Undefined when either of them is faulty itself. */
function patternOf({ type, number }: Numbered): RegExp | undefined {
  if (!isStorable(number) || !Object.hasOwn(DOCUMENT_NUMBERS, type)) return undefined;
  const pattern = DOCUMENT_NUMBERS[type];
  return pattern === 'any number' ? undefined : pattern;
}

const NUMBER_OF_ITS_TYPE = {
  path: ['number'],
  error: ({ input }: { input?: unknown }) => {
    const pattern = patternOf(input as Numbered);
    return pattern && patternSentence(pattern);
  },
  // Also checked when another property is faulty, so that all faults are reported at once.
  when: ({ value }: { value: unknown }) => isObject(value),
};

const hasNumberOfItsType = (document: Numbered): boolean =>
  patternOf(document)?.test(document.number) ?? true;

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A document of the person. */
const document = z
  .strictObject({
    type: z.enum(DOCUMENT_TYPES),
    number: text(),
    issued_at: day(),
    issued_by: text(),
    expiration_date: day().optional(),
  })
  .refine(hasNumberOfItsType, NUMBER_OF_ITS_TYPE);

/** A document that proves who acts for whom. */
const relationshipDocument = z
  .strictObject({
    type: z.enum(RELATIONSHIP_DOCUMENT_TYPES),
    number: text(),
    issued_by: text(),
    issued_at: day(),
  })
  .refine(hasNumberOfItsType, NUMBER_OF_ITS_TYPE);

/** The contact for an emergency. */
const emergencyContact = z.strictObject({
  first_name: name(),
  last_name: name(),
  second_name: name().optional(),
  phones: listOf(phone),
});

/** Who acts for the person, and by which documents. */
export const confidantPerson = z.strictObject({
  person_id: id(),
  relation_type: z.enum(RELATION_TYPES),
  documents_relationship: listOf(relationshipDocument),
  active_to: day().optional(),
});

/** Supplies only the alias: the method itself follows from the relationship. */
const authenticationMethod = z.strictObject({
  type: z.literal('THIRD_PERSON'),
  value: id(),
  alias: text(),
});

const email = () =>
  text(
    { fits: (value) => z.regexes.email.test(value), sentence: 'expected the value to be an e-mail address' },
    { format: 'email' },
  );

/** The part of a person that decides whether the only method is that of the confidant person. */
const REPRESENTED = z.object({
  confidant_person: z.object({ person_id: id() }),
  authentication_methods: z
    .array(z.object({ value: id() }))
    .readonly()
    .optional(),
});

type Represented = Readonly<z.output<typeof REPRESENTED>>;

/** The method supplies only an alias; it cannot make somebody else the third person. */
function namesTheConfidant(represented: Represented): boolean {
  const { confidant_person, authentication_methods = [] } = represented;
  return authentication_methods.every(({ value }) => value === confidant_person.person_id);
}

/** The fields of the person to register, in the order of the published description. */
export const PERSON_FIELDS = z.strictObject({
  first_name: name(),
  last_name: name(),
  second_name: name().optional(),
  birth_date: day(),
  birth_country: text(),
  birth_settlement: text(),
  gender: z.enum(GENDERS),
  email: email().optional(),
  tax_id: textLike(/^[0-9]{10}$/).optional(),
  no_tax_id: z.boolean(),
  unzr: textLike(/^[0-9]{8}-[0-9]{5}$/).optional(),
  secret: text({ least: 6, most: 20 }),
  preferred_way_communication: z.enum(WAYS_OF_COMMUNICATION).optional(),
  documents: listOf(document),
  addresses: listOf(address),
  phones: listOf(phone, 0).optional(),
  emergency_contact: emergencyContact,
  authentication_methods: z.array(authenticationMethod).max(1).readonly().optional(),
  confidant_person: confidantPerson,
});

const person = PERSON_FIELDS.refine(namesTheConfidant, {
  path: ['authentication_methods', 0, 'value'],
  error: 'expected the value to be the id of the confidant person',
  // Also checked when another property is faulty, so that all faults are reported at once.
  when: ({ value }) => REPRESENTED.safeParse(value).success,
});

/** The signed content. */
export const SIGN_UP_CONTENT = z.strictObject({
  person,
  patient_signed: z.boolean(),
  process_disclosure_data_consent: z.boolean(),
});

/** Compiles only while the schema and the domain type are the same. */
type Same<One, Other> = [One] extends [Other] ? ([Other] extends [One] ? z.ZodType<One> : never) : never;

const CHECKED: Same<z.output<typeof SIGN_UP_CONTENT>, SignUpContent> = SIGN_UP_CONTENT;

/**
 * Reads the signed content from its bytes. Refuses bytes that are not JSON, and reports all faults of a content of another
 * form at once. The consents are checked elsewhere.
 */
export function readSignUpContent(bytes: Uint8Array): SignUpContent {
  return parseDocument(CHECKED, readSignedJson(bytes));
}
