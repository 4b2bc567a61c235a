import { initial, maskedNumber, maskedPhone } from '../domain/person/masking';
import { type EmergencyContact, type SignUpContent, savedName } from '../domain/person/person-request';

/** What a sign-up fills of the table `persons`, under the names of the columns. */
export interface PersonRow {
  readonly first_name: string;
  readonly last_name: string;
  readonly second_name: string | null;
  readonly birth_date: string;
  readonly birth_country: string;
  readonly birth_settlement: string;
  readonly gender: string;
  readonly email: string | null;
  readonly tax_id: string | null;
  readonly no_tax_id: boolean;
  readonly unzr: string | null;
  readonly preferred_way_communication: string | null;
  readonly secret: string;
  readonly emergency_contact: EmergencyContact;
  readonly patient_signed: boolean;
  readonly process_disclosure_data_consent: boolean;
}

/** How much of a column the audit log shows: all of it, the first letter, the last two symbols, or nothing. */
type Mask = 'shown' | 'initial' | 'number' | 'hidden';

/** Whoever adds a column decides here what of it may be shown, or it does not compile. */
const MASKS = {
  first_name: 'initial',
  last_name: 'shown',
  second_name: 'initial',
  birth_date: 'hidden',
  birth_country: 'hidden',
  birth_settlement: 'hidden',
  gender: 'hidden',
  email: 'hidden',
  tax_id: 'number',
  no_tax_id: 'shown',
  unzr: 'number',
  preferred_way_communication: 'shown',
  secret: 'hidden',
  emergency_contact: 'hidden',
  patient_signed: 'shown',
  process_disclosure_data_consent: 'shown',
} as const satisfies Record<keyof PersonRow, Mask>;

/** The columns of `persons` that are filled from what was signed. */
export const PERSON_COLUMNS = Object.keys(MASKS) as readonly (keyof PersonRow)[];

/** The row of the person whom the signed content describes. */
export function personRowOf({ person, ...consents }: SignUpContent): PersonRow {
  const names = savedNames(person);
  return {
    ...names,
    second_name: names.second_name ?? null,
    birth_date: person.birth_date,
    birth_country: person.birth_country,
    birth_settlement: person.birth_settlement,
    gender: person.gender,
    email: person.email ?? null,
    tax_id: person.tax_id ?? null,
    no_tax_id: person.no_tax_id,
    unzr: person.unzr ?? null,
    preferred_way_communication: person.preferred_way_communication ?? null,
    secret: person.secret,
    emergency_contact: { ...person.emergency_contact, ...savedNames(person.emergency_contact) },
    patient_signed: consents.patient_signed,
    process_disclosure_data_consent: consents.process_disclosure_data_consent,
  };
}

/** What the audit log tells of a new person: what was filled, and of the values only what may be seen. */
export function maskedChangesOf(content: SignUpContent): Readonly<Record<string, unknown>> {
  const row = personRowOf(content);
  const { documents, addresses, phones = [] } = content.person;
  const columns = PERSON_COLUMNS.filter((name) => row[name] !== null);
  return Object.fromEntries([
    ...columns.map((name) => appeared(name, masked(MASKS[name], row[name]))),
    appeared(
      'documents',
      documents.map(({ type, number }) => ({ type, number: maskedNumber(number) })),
    ),
    appeared(
      'addresses',
      addresses.map(({ type }) => ({ type })),
    ),
    appeared(
      'phones',
      phones.map(({ type, number }) => ({ type, number: maskedPhone(number) })),
    ),
  ]);
}

/** Of one length for everything: it must not tell how long the word is. */
const HIDDEN = '***';

const appeared = (name: string, value: unknown): [string, unknown] => [
  name,
  { old_value: null, new_value: value },
];

function masked(mask: Mask, value: unknown): unknown {
  if (mask === 'shown') return value;
  if (mask === 'hidden' || typeof value !== 'string') return HIDDEN;
  return mask === 'initial' ? initial(value) : maskedNumber(value);
}

interface Names {
  readonly first_name: string;
  readonly last_name: string;
  readonly second_name?: string | undefined;
}

/** Who gave no second name has none afterwards. */
function savedNames({ first_name, last_name, second_name }: Names): Names {
  return {
    first_name: savedName(first_name),
    last_name: savedName(last_name),
    ...(second_name === undefined ? {} : { second_name: savedName(second_name) }),
  };
}
