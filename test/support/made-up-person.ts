import type { DocumentType } from '../../src/domain/person/dictionaries';

/** A made-up number of the published pattern for each type. */
export const MADE_UP_NUMBERS: Readonly<Record<DocumentType, string>> = {
  PASSPORT: 'ЯЩ000017',
  NATIONAL_ID: '000000017',
  BIRTH_CERTIFICATE: 'І-ЯЩ№000017',
  BIRTH_CERTIFICATE_FOREIGN: 'X-17/2019',
  TEMPORARY_CERTIFICATE: 'ЯЩ0017',
  TEMPORARY_PASSPORT: 'ЯЩ000018',
  PERMANENT_RESIDENCE_PERMIT: '000000018',
  REFUGEE_CERTIFICATE: 'ЯЩ000019',
  COMPLEMENTARY_PROTECTION_CERTIFICATE: 'ЯЩ000020',
  DIVORCE_CERTIFICATE: 'ЯЩ-000021',
  MARRIAGE_CERTIFICATE: 'ЯЩ-000022',
  STATE_REGISTER_EXTRACT: '23/2024',
  COURT_DECISION_LEGAL_CAPACITY: '24/2024',
  COURT_DECISION_DIVORCE: '25/2024',
  GUARDIANSHIP_DECISION_LEGAL_CAPACITY: '26/2024',
  LEGAL_CAPACITY_DOCUMENT: '27/2024',
};

/** These end one day, and the request must say when. */
export const EXPIRING: readonly DocumentType[] = [
  'NATIONAL_ID',
  'COMPLEMENTARY_PROTECTION_CERTIFICATE',
  'PERMANENT_RESIDENCE_PERMIT',
  'REFUGEE_CERTIFICATE',
  'TEMPORARY_CERTIFICATE',
  'TEMPORARY_PASSPORT',
];

/** Nobody: the names are of flowers and the town is of a tale. */
export const SOMEBODY = {
  first_name: 'Волошка',
  last_name: 'Чорнобривець',
  second_name: 'Барвінківна',
  birth_country: 'Україна',
  birth_settlement: 'Калинопіль',
  gender: 'FEMALE',
  no_tax_id: false,
  secret: 'сім-слів-про-літо',
  addresses: [
    {
      type: 'RESIDENCE',
      country: 'UA',
      area: 'ЛУГОВА',
      settlement: 'Калинопіль',
      settlement_type: 'VILLAGE',
      settlement_id: '0d5a4f86-51c2-4b8e-8d8a-6b7c9e0f1a22',
    },
  ],
  phones: [{ type: 'MOBILE', number: '+380000000017' }],
  emergency_contact: {
    first_name: 'Мальва',
    last_name: 'Чорнобривець',
    phones: [{ type: 'MOBILE', number: '+380000000018' }],
  },
} as const;
