import { describe, expect, it } from 'vitest';
import { PERSON_LEGAL_CAPACITY_DOCUMENT_TYPES } from '../person/dictionaries';
import { initialStatusesOf, type SignUpFacts } from './initial-status.rules';
import { STREAMS, type StreamName } from './stream';

const PARAMETERS = {
  noSelfAuthAge: 14,
  noSelfRegistrationAge: 14,
  personFullLegalCapacityAge: 18,
  personLegalCapacityDocumentTypes: PERSON_LEGAL_CAPACITY_DOCUMENT_TYPES,
};

/** A woman of 36 with a passport, a valid tax number and a UNZR of her birth date: no rule is hit. */
const UNREMARKABLE: SignUpFacts = {
  ageYears: 36,
  birthDate: '1990-01-01',
  gender: 'FEMALE',
  taxId: '3287300006',
  noTaxId: false,
  unzr: '19900101-00000',
  documentTypes: ['PASSPORT'],
  authenticationMethodTypes: ['OTP'],
  hasConfidantPerson: false,
};

function initial(stream: StreamName, facts: Partial<SignUpFacts>): string {
  const status = initialStatusesOf({ ...UNREMARKABLE, ...facts }, PARAMETERS)[stream];
  // Nobody has been unverified since a time unless they are unverified.
  expect(status.unverifiedAt).toBe(status.verificationStatus === 'NOT_VERIFIED' ? 'now' : 'clear');
  return `${status.verificationStatus}/${status.verificationReason}`;
}

const ASKED = 'VERIFICATION_NEEDED/ONLINE_TRIGGERED';
const NOT_ASKED = 'VERIFICATION_NOT_NEEDED/AUTO_DATA_ABSENT';

describe('how the streams of a new person begin', () => {
  it('every stream has a beginning', () => {
    const statuses = initialStatusesOf(UNREMARKABLE, PARAMETERS);
    expect(Object.keys(statuses).sort()).toEqual([...STREAMS].sort());
  });

  it.each<[string, Partial<SignUpFacts>]>([
    ['a confidant person', { hasConfidantPerson: true }],
    ['a permanent residence permit', { documentTypes: ['PASSPORT', 'PERMANENT_RESIDENCE_PERMIT'] }],
    ['a UNZR of another birth date', { unzr: '19900102-00000' }],
    ['a malformed UNZR', { unzr: '1990' }],
    ['these even beside a manual rule', { hasConfidantPerson: true, authenticationMethodTypes: ['OFFLINE'] }],
  ])('N3: nhs needs scan copies with %s', (_, facts) => {
    expect(initial('nhs', facts)).toBe('NOT_VERIFIED/DOCUMENTS_TRIGGERED');
  });

  it.each<[string, Partial<SignUpFacts>]>([
    ['an OFFLINE authentication method', { authenticationMethodTypes: ['OTP', 'OFFLINE'] }],
    ['no tax number at 14', { ageYears: 14, taxId: null, noTaxId: true }],
    ['a tax number of somebody else', { taxId: '3287400006' }],
    ['a tax number of the other gender', { gender: 'MALE' }],
    ['a tax number with a wrong checksum', { taxId: '3287300001' }],
    ['a foreign birth certificate at 13', { ageYears: 13, documentTypes: ['BIRTH_CERTIFICATE_FOREIGN'] }],
  ])('N1: nhs waits for an official with %s', (_, facts) => {
    expect(initial('nhs', facts)).toBe('VERIFICATION_NEEDED/RULES_TRIGGERED');
  });

  it.each<[string, Partial<SignUpFacts>]>([
    ['nothing remarkable', {}],
    ['an empty UNZR', { unzr: '' }],
    ['no tax number at 13', { ageYears: 13, taxId: null, noTaxId: true }],
    ['a wrong tax number at 13', { ageYears: 13, taxId: '0000000000' }],
    ['a foreign birth certificate at 14', { ageYears: 14, documentTypes: ['BIRTH_CERTIFICATE_FOREIGN'] }],
  ])('N2: nhs has passed with %s', (_, facts) => {
    expect(initial('nhs', facts)).toBe('VERIFIED/RULES_PASSED');
  });

  it('drfo is checked with a tax number at any age, and without one only above the age of 14', () => {
    expect(initial('drfo', { ageYears: 3 })).toBe(ASKED);
    expect(initial('drfo', { ageYears: 14, taxId: null })).toBe(NOT_ASKED);
    expect(initial('drfo', { ageYears: 15, taxId: null })).toBe(ASKED);
  });

  it('dracs_death is always checked, dracs_name_change never', () => {
    expect(initial('dracs_death', {})).toBe(ASKED);
    expect(initial('dracs_name_change', {})).toBe('VERIFICATION_NOT_NEEDED/INITIAL');
  });

  it('dracs_birth is checked up to 14 with a birth certificate, above it when there is nothing else', () => {
    expect(initial('dracs_birth', { ageYears: 14, documentTypes: ['BIRTH_CERTIFICATE', 'PASSPORT'] })).toBe(
      ASKED,
    );
    expect(initial('dracs_birth', { ageYears: 15, documentTypes: ['BIRTH_CERTIFICATE', 'PASSPORT'] })).toBe(
      NOT_ASKED,
    );
    expect(initial('dracs_birth', { ageYears: 15, documentTypes: ['BIRTH_CERTIFICATE'] })).toBe(ASKED);
    expect(initial('dracs_birth', { ageYears: 5, documentTypes: ['BIRTH_CERTIFICATE_FOREIGN'] })).toBe(
      NOT_ASKED,
    );
  });

  it.each([
    { ageYears: 14, expected: NOT_ASKED },
    { ageYears: 15, expected: ASKED },
    { ageYears: 17, expected: ASKED },
    { ageYears: 18, expected: NOT_ASKED },
  ])(
    'legal_capacity with a marriage certificate at $ageYears has the first status $expected',
    ({ ageYears, expected }) => {
      const documentTypes = ['PASSPORT', 'MARRIAGE_CERTIFICATE', 'LEGAL_CAPACITY_DOCUMENT'] as const;
      expect(initial('legal_capacity', { ageYears, documentTypes })).toBe(expected);
    },
  );

  it('legal_capacity waits for people where no online register knows the document', () => {
    const documentTypes = ['PASSPORT', 'COURT_DECISION_DIVORCE'] as const;
    expect(initial('legal_capacity', { ageYears: 16, documentTypes })).toBe(
      'VERIFICATION_NEEDED/RULES_TRIGGERED',
    );
    expect(initial('legal_capacity', { ageYears: 18, documentTypes })).toBe(NOT_ASKED);
    expect(initial('legal_capacity', { ageYears: 16 })).toBe(NOT_ASKED);
  });

  it('S1, S2: unzr is checked when it is given', () => {
    expect(initial('unzr', {})).toBe(ASKED);
    expect(initial('unzr', { unzr: null })).toBe(NOT_ASKED);
    expect(initial('unzr', { unzr: '' })).toBe(NOT_ASKED);
  });

  it.each(['mvs_passport', 'dms_passport'] as const)(
    'S1, S2: %s is checked with a passport or an ID card',
    (stream) => {
      expect(initial(stream, { documentTypes: ['PASSPORT'] })).toBe(ASKED);
      expect(initial(stream, { documentTypes: ['NATIONAL_ID'] })).toBe(ASKED);
      expect(initial(stream, { documentTypes: ['TEMPORARY_PASSPORT'] })).toBe(NOT_ASKED);
    },
  );
});
