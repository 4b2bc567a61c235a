import {
  type DemoCase,
  ABSENT,
  CHECKED_LATELY,
  CHECKED_LONG_AGO,
  CONFIRMED,
  IN_FOREIGN_REVIEW,
  MALFORMED,
  NEVER_CONCERNED,
  ONLINE,
  REFUTED,
  REFUTED_BEFORE,
} from './demo-case';

type Rest = Partial<DemoCase>;
const confirmed = { after: CONFIRMED, rows: ['S6'] } as const satisfies Rest;
const refuted = { before: ONLINE, after: REFUTED, rows: ['S7'] } as const satisfies Rest;
const propagated = { before: CHECKED_LATELY, after: REFUTED, rows: ['S8'] } as const satisfies Rest;
const malformed = { before: ONLINE, people: 10, after: MALFORMED, rows: ['S5'] } as const satisfies Rest;
const absent = { before: ONLINE, after: ABSENT, rows: ['S4'] } as const satisfies Rest;
const untouched = { after: 'as_before', rows: [] } as const satisfies Rest;
const unanswered = { before: ONLINE, people: 5, leavesWaiting: true, ...untouched } as const satisfies Rest;
/**
 * Two thousand persons, every kind of case. `after` and `rows` are written down from the rules and not computed by them,
 * so that the demo notices when the program does something else.
 */
export const PERSON_CASES = {
  valid: {
    title: 'good passport, never checked',
    people: 1250,
    documents: ['unlisted'],
    before: ONLINE,
    ...confirmed,
  },
  valid_past_period: {
    title: 'good passport, period over',
    people: 200,
    documents: ['unlisted'],
    before: CHECKED_LONG_AGO,
    ...confirmed,
  },
  verified_unasked: {
    title: 'VERIFIED, never asked about',
    people: 10,
    documents: ['unlisted'],
    before: { ...CHECKED_LONG_AGO, synced: 'never' },
    ...confirmed,
  },
  waiting_for_retry: {
    title: 'waiting for a retry',
    people: 20,
    documents: ['unlisted'],
    before: ONLINE,
    waits: true,
    ...confirmed,
  },
  two_booklets: {
    title: 'old booklet listed, new one good',
    people: 10,
    documents: ['replaced_listed', 'unlisted'],
    before: ONLINE,
    ...confirmed,
  },
  drfo_open: {
    title: 'good, another stream still open',
    people: 20,
    documents: ['unlisted'],
    before: ONLINE,
    drfo: 'VERIFICATION_NEEDED',
    after: { ...CONFIRMED, sum: 'VERIFICATION_NEEDED' },
    rows: ['S6'],
  },
  blocked_by_hand: {
    title: 'good, blocked by hand',
    people: 5,
    documents: ['unlisted'],
    before: ONLINE,
    standingSum: 'NOT_VERIFIED',
    after: { ...CONFIRMED, sum: 'NOT_VERIFIED' },
    rows: ['S6'],
  },
  shared_valid: {
    title: 'good passport that others hold too',
    people: 15,
    documents: ['shared_unlisted'],
    before: ONLINE,
    ...confirmed,
  },
  shared_valid_refuted: {
    title: 'other holder, refuted before',
    people: 15,
    documents: ['shared_unlisted'],
    before: REFUTED_BEFORE,
    ...untouched,
  },

  invalid: { title: 'listed as invalid', people: 60, documents: ['listed'], ...refuted },
  invalid_since: {
    title: 'listed since the last check',
    people: 15,
    documents: ['listed'],
    ...refuted,
    before: CHECKED_LONG_AGO,
  },
  shared_invalid: {
    title: 'listed, and others hold it too',
    people: 20,
    documents: ['shared_listed'],
    ...refuted,
  },
  shared_invalid_lately: {
    title: 'other holder, checked lately',
    people: 20,
    documents: ['shared_listed'],
    ...propagated,
  },
  shared_invalid_small: {
    title: 'other holder, in small letters',
    people: 20,
    documents: ['shared_listed_small_letters'],
    ...propagated,
  },
  shared_invalid_in_review: {
    title: 'other holder, in review',
    people: 10,
    documents: ['shared_listed'],
    before: IN_FOREIGN_REVIEW,
    ...untouched,
  },
  shared_invalid_inactive: {
    title: 'other holder, inactive',
    people: 5,
    documents: ['shared_listed'],
    before: CHECKED_LATELY,
    isActive: false,
    ...untouched,
  },
  twice_invalid: {
    title: 'listed, two holders checked at once',
    people: 20,
    documents: ['twice_listed'],
    ...refuted,
    rows: ['S7', 'S8'],
  },

  latin_letters: { title: 'Latin letters in the number', documents: ['latin_letters'], ...malformed },
  small_letters: { title: 'small letters in the number', documents: ['small_letters'], ...malformed },
  with_space: { title: 'a space in the number', documents: ['with_space'], ...malformed },
  five_digits: { title: 'five digits in the number', documents: ['five_digits'], ...malformed },
  russian_letter: { title: 'a Russian letter in the number', documents: ['russian_letter'], ...malformed },

  no_passport: { title: 'no passport at all', people: 10, documents: ['birth_certificate'], ...absent },
  national_id: { title: 'ID card only', people: 30, documents: ['national_id'], ...absent },
  expired: { title: 'expired passport', people: 20, documents: ['expired'], ...absent },
  never_concerned: {
    title: 'not in the stream',
    people: 30,
    documents: ['birth_certificate'],
    before: NEVER_CONCERNED,
    ...untouched,
  },

  in_review: {
    title: 'in review by another program',
    people: 20,
    documents: ['unlisted'],
    before: IN_FOREIGN_REVIEW,
    ...untouched,
  },
  not_due: {
    title: 'checked lately, not due',
    people: 80,
    documents: ['unlisted'],
    before: CHECKED_LATELY,
    ...untouched,
  },
  not_verified: {
    title: 'refuted before, left to officials',
    people: 20,
    documents: ['unlisted'],
    before: REFUTED_BEFORE,
    ...untouched,
  },
  inactive: {
    title: 'inactive',
    people: 5,
    documents: ['unlisted'],
    before: ONLINE,
    isActive: false,
    ...untouched,
  },

  register_minus_1: { title: 'register answers −1', documents: ['MINUS_1'], ...unanswered },
  register_minus_2: { title: 'register answers −2', documents: ['MINUS_2'], ...unanswered },
  soap_fault: { title: 'register answers with a SOAP fault', documents: ['FAULT_12'], ...unanswered },
  foreign_answer: { title: 'answer to another question', documents: ['FOREIGN_ID'], ...unanswered },
} as const satisfies Record<string, DemoCase>;

export type PersonCaseName = keyof typeof PERSON_CASES;
