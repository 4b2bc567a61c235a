import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SignUpFacts } from '../../src/domain/verification/initial-status.rules';
import { begun, columnsOf, pairIn } from '../support/registrations';
import { openRegistry, type Registry } from '../support/database';

const ASKED = 'VERIFICATION_NEEDED/ONLINE_TRIGGERED';
const ABSENT = 'VERIFICATION_NOT_NEEDED/AUTO_DATA_ABSENT';
const BY_PEOPLE = 'VERIFICATION_NEEDED/RULES_TRIGGERED';
const SCANS = 'NOT_VERIFIED/DOCUMENTS_TRIGGERED';
const PASSED = 'VERIFIED/RULES_PASSED';

/** The columns of an ordinary person; a case names only what differs. */
const EXPECTED = {
  nhs: PASSED,
  drfo: ASKED,
  dracs_death: ASKED,
  dracs_birth: ABSENT,
  dracs_name_change: 'VERIFICATION_NOT_NEEDED/INITIAL',
  legal_capacity: ABSENT,
  unzr: ABSENT,
  mvs_passport: ASKED,
  dms_passport: ASKED,
};

type Expected = typeof EXPECTED;

interface Case {
  readonly who: string;
  readonly facts: Partial<SignUpFacts>;
  readonly begins: Partial<Expected>;
  /** VERIFICATION_NEEDED where nothing is given: the acts of death are always still to be searched. */
  readonly sum?: string;
}

/** Without documents that a register knows, and without a tax number. */
const CHILD = { ageYears: 5, birthDate: '2020-09-01', taxId: null } as const;
const NO_PASSPORT = { mvs_passport: ABSENT, dms_passport: ABSENT } as const;

const CASES: readonly Case[] = [
  { who: 'somebody of whom nothing is remarkable', facts: {}, begins: {} },
  {
    who: 'a child with a confidant and a certificate of birth',
    facts: { ...CHILD, documentTypes: ['BIRTH_CERTIFICATE'], hasConfidantPerson: true },
    begins: { ...NO_PASSPORT, nhs: SCANS, drfo: ABSENT, dracs_birth: ASKED },
    sum: 'CHANGES_NEEDED',
  },
  {
    who: 'a child with a foreign certificate of birth and no confidant',
    facts: { ...CHILD, documentTypes: ['BIRTH_CERTIFICATE_FOREIGN'] },
    begins: { ...NO_PASSPORT, nhs: BY_PEOPLE, drfo: ABSENT },
  },
  {
    who: 'a child with a tax number, which nobody holds against anything at that age',
    facts: { ...CHILD, taxId: '0000000000', documentTypes: ['BIRTH_CERTIFICATE'] },
    begins: { ...NO_PASSPORT, dracs_birth: ASKED },
  },
  {
    who: 'somebody of 14 who refused the tax number',
    facts: { ageYears: 14, taxId: null, noTaxId: true, documentTypes: ['BIRTH_CERTIFICATE', 'PASSPORT'] },
    begins: { nhs: BY_PEOPLE, drfo: ABSENT, dracs_birth: ASKED },
  },
  {
    who: 'somebody of 15 who refused the tax number',
    facts: { ageYears: 15, taxId: null, noTaxId: true, documentTypes: ['BIRTH_CERTIFICATE', 'PASSPORT'] },
    begins: { nhs: BY_PEOPLE },
  },
  {
    who: 'somebody of 15 with a certificate of birth and nothing else',
    facts: { ageYears: 15, documentTypes: ['BIRTH_CERTIFICATE'] },
    begins: { ...NO_PASSPORT, dracs_birth: ASKED },
  },
  {
    who: 'somebody with an ID card and a UNZR of their birth date',
    facts: { documentTypes: ['NATIONAL_ID'], unzr: '19900101-00017' },
    begins: { unzr: ASKED },
  },
  {
    who: 'somebody with a UNZR of another birth date',
    facts: { documentTypes: ['NATIONAL_ID'], unzr: '19900102-00017' },
    begins: { unzr: ASKED, nhs: SCANS },
    sum: 'CHANGES_NEEDED',
  },
  {
    who: 'somebody with a permanent residence permit',
    facts: { documentTypes: ['PERMANENT_RESIDENCE_PERMIT'] },
    begins: { ...NO_PASSPORT, nhs: SCANS },
    sum: 'CHANGES_NEEDED',
  },
  {
    who: 'somebody whose tax number is of another birth date',
    facts: { taxId: '3287400006' },
    begins: { nhs: BY_PEOPLE },
  },
  {
    who: 'somebody whose tax number is of the other gender',
    facts: { gender: 'MALE' },
    begins: { nhs: BY_PEOPLE },
  },
  {
    who: 'somebody whose tax number has a wrong last digit',
    facts: { taxId: '3287300005' },
    begins: { nhs: BY_PEOPLE },
  },
  {
    who: 'somebody with an OFFLINE method',
    facts: { authenticationMethodTypes: ['OFFLINE'] },
    begins: { nhs: BY_PEOPLE },
  },
  {
    who: 'somebody married at 16',
    facts: { ageYears: 16, documentTypes: ['PASSPORT', 'MARRIAGE_CERTIFICATE'] },
    begins: { legal_capacity: ASKED },
  },
  {
    who: 'somebody of 17 made capable by a court',
    facts: { ageYears: 17, documentTypes: ['PASSPORT', 'COURT_DECISION_LEGAL_CAPACITY'] },
    begins: { legal_capacity: BY_PEOPLE },
  },
  {
    who: 'somebody married at 14',
    facts: { ageYears: 14, documentTypes: ['PASSPORT', 'MARRIAGE_CERTIFICATE'] },
    begins: {},
  },
  {
    who: 'somebody married at 18',
    facts: { ageYears: 18, documentTypes: ['PASSPORT', 'MARRIAGE_CERTIFICATE'] },
    begins: {},
  },
];

let registry: Registry;

beforeAll(async () => {
  registry = await openRegistry();
});
afterAll(() => registry.close());

describe('The verifications of a new person start with the values of the initial table', () => {
  it.each(CASES)('S1, S2, N1–N3: for $who', async ({ facts, begins, sum = 'VERIFICATION_NEEDED' }) => {
    const columns = await columnsOf(registry, await begun(registry, facts));
    const pairs = Object.keys(EXPECTED).map((stream) => [stream, pairIn(columns, stream)]);
    expect(Object.fromEntries(pairs)).toEqual({ ...EXPECTED, ...begins });
    expect(columns['cumulative_status']).toBe(sum);
  });
});
