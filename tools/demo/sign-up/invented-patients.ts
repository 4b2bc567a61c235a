import { calendarDay, type IsoDay } from '../../../src/domain/calendar-day';
import type { PersonRequest, SignUpContent } from '../../../src/domain/person/person-request';
import { DEMO_ID_PREFIX, type InventedPerson } from '../invented-people';
import { PERSON_CASES } from '../person-cases.table';

/** The alias of the confidant among the methods of their wards. */
export const ALIAS = 'рідні';

const ISSUED_BY = 'Калинопільський відділ реєстрації';

const RESIDENCE = {
  type: 'RESIDENCE',
  country: 'UA',
  area: 'ЛУГОВА',
  settlement: 'Калинопіль',
  settlement_type: 'VILLAGE',
  settlement_id: '0d5a4f86-51c2-4b8e-8d8a-6b7c9e0f1a22',
} as const;

/** A child of five, known by the certificate of birth alone. */
export function childOf(confidant: InventedConfidant, today: IsoDay): SignUpContent {
  const birthDate = bornBefore(today, 5);
  return contentOf(confidant, {
    first_name: 'Волошка',
    second_name: 'Барвінківна',
    gender: 'FEMALE',
    birth_date: birthDate,
    secret: 'сім-слів-про-літо',
    documents: [
      { type: 'BIRTH_CERTIFICATE', number: 'І-ЯЩ№000021', issued_at: birthDate, issued_by: ISSUED_BY },
    ],
  });
}

/** Fifteen years old, with a tax number and a passport that the sandbox register does not list. */
export function teenagerOf(confidant: InventedConfidant, today: IsoDay): SignUpContent {
  const birthDate = bornBefore(today, 15);
  const issuedOn = calendarDay(birthDate).add({ years: 14, months: 1 }).toString();
  return contentOf(confidant, {
    first_name: 'Світозар',
    second_name: 'Вереснович',
    gender: 'MALE',
    birth_date: birthDate,
    tax_id: '0001700033',
    secret: 'вісім-слів-про-осінь',
    documents: [{ type: 'PASSPORT', number: 'ЯЩ000022', issued_at: issuedOn, issued_by: ISSUED_BY }],
  });
}

type PatientDetails = Omit<
  PersonRequest,
  | 'last_name'
  | 'birth_country'
  | 'birth_settlement'
  | 'no_tax_id'
  | 'addresses'
  | 'emergency_contact'
  | 'authentication_methods'
  | 'confidant_person'
>;

function contentOf({ person, phone }: InventedConfidant, details: PatientDetails): SignUpContent {
  const { firstName, lastName } = person.name;
  const proof = {
    type: 'BIRTH_CERTIFICATE',
    number: 'І-ЯЩ№000021',
    issued_by: ISSUED_BY,
    issued_at: details.birth_date,
  } as const;
  return {
    person: {
      ...details,
      last_name: lastName,
      birth_country: 'Україна',
      birth_settlement: RESIDENCE.settlement,
      no_tax_id: false,
      addresses: [RESIDENCE],
      emergency_contact: {
        first_name: firstName,
        last_name: lastName,
        phones: [{ type: 'MOBILE', number: phone }],
      },
      authentication_methods: [{ type: 'THIRD_PERSON', value: person.id, alias: ALIAS }],
      confidant_person: { person_id: person.id, relation_type: 'PRIMARY', documents_relationship: [proof] },
    },
    patient_signed: true,
    process_disclosure_data_consent: true,
  };
}

/**
 * About half a year more than this many years ago, so that today is not the birthday; and in the middle of a month,
 * so that every later year has the same day.
 */
function bornBefore(today: IsoDay, years: number): IsoDay {
  return calendarDay(today).subtract({ years, months: 6 }).with({ day: 15 }).toString();
}

/** A person of the demo who signs patients up. */
export interface InventedConfidant {
  readonly person: InventedPerson;
  readonly userId: string;
  /** Their tax number, which identifies their signature. */
  readonly drfo: string;
  readonly phone: string;
}

const USER_ID = `${DEMO_ID_PREFIX}000000000001`;

/** A tax number starts with the days since 1900; no living person was born in that year. */
const DRFO = '0001700012';

/** No operator has this code. */
const PHONE = '+380000000012';

/** The first person with a good passport: the run verifies them. */
export function confidantAmong(persons: readonly InventedPerson[]): InventedConfidant {
  const person = persons.find((one) => one.case === PERSON_CASES.valid);
  if (person === undefined) throw new Error('The demo has no person with a good passport.');
  return { person, userId: USER_ID, drfo: DRFO, phone: PHONE };
}
