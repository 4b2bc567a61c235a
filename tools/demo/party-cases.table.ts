import { type After, type DemoCase, CHECKED_LATELY, IN_FOREIGN_REVIEW, REFUTED } from './demo-case';

/** Parties have no CHANGES_NEEDED. */
const REFUTED_PARTY: After = { ...REFUTED, sum: 'NOT_VERIFIED' };

const reached = {
  before: CHECKED_LATELY,
  after: REFUTED_PARTY,
  rows: ['S8'],
} as const satisfies Partial<DemoCase>;
const untouched = {
  before: CHECKED_LATELY,
  after: 'as_before',
  rows: [],
} as const satisfies Partial<DemoCase>;

/** Fifty parties. The register is not asked about them; a document refuted for a person is refuted for them too. */
export const PARTY_CASES = {
  valid: { title: 'party, good passport', people: 24, documents: ['unlisted'], ...untouched },
  national_id: { title: 'party, ID card only', people: 5, documents: ['national_id'], ...untouched },
  invalid: {
    title: 'party, a refuted person’s passport',
    people: 8,
    documents: ['shared_listed'],
    ...reached,
  },
  invalid_small: {
    title: 'party, the same in small letters',
    people: 4,
    documents: ['shared_listed_small_letters'],
    ...reached,
  },
  malformed_before: {
    title: 'party, refuted for another reason',
    people: 4,
    documents: ['shared_listed'],
    ...reached,
    before: { status: 'NOT_VERIFIED', reason: 'AUTO_INCORRECT_DATA', synced: 'never' },
  },
  inactive: {
    title: 'party, inactive',
    people: 3,
    documents: ['shared_listed'],
    ...untouched,
    isActive: false,
  },
  in_review: {
    title: 'party, in review',
    people: 2,
    documents: ['shared_listed'],
    ...untouched,
    before: IN_FOREIGN_REVIEW,
  },
} as const satisfies Record<string, DemoCase>;

export type PartyCaseName = keyof typeof PARTY_CASES;
