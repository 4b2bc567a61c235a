import { z } from 'zod';
import {
  RELATION_TYPES,
  DOCUMENT_TYPES,
  RELATIONSHIP_DOCUMENT_TYPES,
  ADDRESS_TYPES,
  PHONE_TYPES,
  SETTLEMENT_TYPES,
} from '../../domain/person/dictionaries';
import { DOCUMENT_NUMBERS } from '../../domain/person/document.rules';
import { patternSentence } from '../../http';
import { day, id, isStorable, text, textLike } from './schema-fields';

/** The published pattern: Ukrainian letters, hyphen and apostrophe, single blanks between words. */
const NAME = /^(?!.*[ЫЪЭЁыъэё@%&$^#])[А-ЯҐЇІЄа-яґїіє'\-]+(\s(?!.*[ЫЪЭЁыъэё@%&$^#])[А-ЯҐЇІЄа-яґїіє'\-]+)*$/;

/** More than there are types of anything; beyond it a list is not even looked through. */
const MOST_ENTRIES = 32;

/** A list with a limit; published ones have at least one entry. */
export const listOf = <Entry extends z.ZodType>(entry: Entry, least = 1) =>
  z.array(entry).min(least).max(MOST_ENTRIES).readonly();

/** A name of a person. */
export const name = () => textLike(NAME);

/** A phone, with the code of the country. */
export const phone = z.strictObject({
  type: z.enum(PHONE_TYPES),
  number: textLike(/^\+38[0-9]{10}$/),
});

/** Where a person lives or is registered. */
export const address = z.strictObject({
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

/** The pattern of a number depends on the type beside it; where either is wrong itself, there is none to ask for. */
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
  // Asked even when another property is at fault, so that all faults are told at once.
  when: ({ value }: { value: unknown }) => isObject(value),
};

const hasNumberOfItsType = (document: Numbered): boolean =>
  patternOf(document)?.test(document.number) ?? true;

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A document of the person. */
export const document = z
  .strictObject({
    type: z.enum(DOCUMENT_TYPES),
    number: text(),
    issued_at: day(),
    issued_by: text(),
    expiration_date: day().optional(),
  })
  .refine(hasNumberOfItsType, NUMBER_OF_ITS_TYPE);

/** A document that proves who acts for whom. */
export const relationshipDocument = z
  .strictObject({
    type: z.enum(RELATIONSHIP_DOCUMENT_TYPES),
    number: text(),
    issued_by: text(),
    issued_at: day(),
  })
  .refine(hasNumberOfItsType, NUMBER_OF_ITS_TYPE);

/** Whom to call. */
export const emergencyContact = z.strictObject({
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

/** It only supplies the alias of the method that the relationship brings. */
export const authenticationMethod = z.strictObject({
  type: z.literal('THIRD_PERSON'),
  value: id(),
  alias: text(),
});
