import { z } from 'zod';
import { GENDERS, WAYS_OF_COMMUNICATION } from '../../domain/person/dictionaries';
import type { SignUpContent } from '../../domain/person/person-request';
import { parseBody } from './schema-faults';
import { day, id, text, textLike } from './schema-fields';
import {
  address,
  authenticationMethod,
  confidantPerson,
  document,
  emergencyContact,
  listOf,
  name,
  phone,
} from './person-parts.dto';
import { readSignedJson } from './signed-document';

const email = () =>
  text(
    { fits: (value) => z.regexes.email.test(value), sentence: 'expected the value to be an e-mail address' },
    { format: 'email' },
  );

/** What has to be read of a person to tell whether his only method is that of the confidant. */
const REPRESENTED = z.object({
  confidant_person: z.object({ person_id: id() }),
  authentication_methods: z
    .array(z.object({ value: id() }))
    .readonly()
    .optional(),
});

type Represented = Readonly<z.output<typeof REPRESENTED>>;

/** The method only supplies an alias; it cannot make somebody else the third person. */
function namesTheConfidant(represented: Represented): boolean {
  const { confidant_person, authentication_methods = [] } = represented;
  return authentication_methods.every(({ value }) => value === confidant_person.person_id);
}

/** The fields of the person who is to be registered, in the order of the published description. */
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
  // Asked even when another property is at fault, so that all faults are told at once.
  when: ({ value }) => REPRESENTED.safeParse(value).success,
});

/** What is signed. */
export const SIGN_UP_CONTENT = z.strictObject({
  person,
  patient_signed: z.boolean(),
  process_disclosure_data_consent: z.boolean(),
});

/** Compiles only while the schema and the type of the domain say the same; each could drift alone otherwise. */
type Same<One, Other> = [One] extends [Other] ? ([Other] extends [One] ? z.ZodType<One> : never) : never;
const CHECKED: Same<z.output<typeof SIGN_UP_CONTENT>, SignUpContent> = SIGN_UP_CONTENT;

/**
 * What was signed, from its bytes. Refuses bytes that are not one JSON text, and a content that is not of the published
 * form with all its faults at once. Whether the consents were given is another check.
 */
export function readSignUpContent(bytes: Uint8Array): SignUpContent {
  return parseBody(CHECKED, readSignedJson(bytes));
}
