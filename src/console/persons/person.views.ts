import { REGISTER_STREAMS, type RegisterStreamName, STREAMS } from '../../domain/verification/stream';
import type { MaskedPerson, PersonCard } from '../../persons';
import { type FormState, freshForm } from '../frame/submitted-form';
import { view } from '../frame/view';
import type { PersonChecks, RequestedCheckState, StreamRow } from './person-checks.service';

/** The page of a person. */
export interface PersonModel {
  readonly person: MaskedPerson;
  /** The unmasked card, once the reader has given a reason. */
  readonly card: PersonCard | undefined;
  /** The form that asks for the reason. */
  readonly reason: FormState;
  /** Undefined for a person whose verification was never written. */
  readonly checks: PersonChecks | undefined;
  /** The reader may decide, and have streams checked again. */
  readonly mayVerify: boolean;
  /** The streams that can be checked again. */
  readonly repeatable: readonly RegisterStreamName[];
}

const AT = new Date('2026-03-02T09:14:51.120Z');

const masked = (freeText: string): MaskedPerson => ({
  id: freeText,
  name: freeText,
  birth_year: 1985,
  tax_id: freeText,
  unzr: freeText,
  documents: [{ type: 'PASSPORT', number: freeText }],
  is_active: true,
  verification_status: 'NOT_VERIFIED',
});

const cardOf = (freeText: string): PersonCard => ({
  id: freeText,
  last_name: freeText,
  first_name: freeText,
  second_name: freeText,
  birth_date: '1985-06-15',
  birth_country: freeText,
  birth_settlement: freeText,
  death_date: '2026-01-01',
  gender: 'FEMALE',
  email: freeText,
  tax_id: freeText,
  no_tax_id: false,
  unzr: freeText,
  preferred_way_communication: 'phone',
  documents: [
    {
      type: 'PASSPORT',
      number: freeText,
      issued_by: freeText,
      issued_at: '2003-07-01',
      expiration_date: null,
    },
    {
      type: 'NATIONAL_ID',
      number: freeText,
      issued_by: null,
      issued_at: null,
      expiration_date: '2030-01-01',
    },
  ],
  is_active: true,
  verification_status: 'NOT_VERIFIED',
  inserted_at: AT,
  updated_at: AT,
});

const CHECKS: readonly (RequestedCheckState | undefined)[] = [
  { state: 'waiting', requestedAt: AT, endedAt: null, error: undefined, nextTryAt: null },
  { state: 'asking', requestedAt: AT, endedAt: null, error: undefined, nextTryAt: null },
  { state: 'done', requestedAt: AT, endedAt: AT, error: undefined, nextTryAt: null },
  { state: 'failed', requestedAt: AT, endedAt: AT, error: 'timeout', nextTryAt: AT },
  { state: 'failed', requestedAt: AT, endedAt: AT, error: 'person_not_active', nextTryAt: null },
];

const checksOf = (freeText: string): PersonChecks => ({
  cumulative: 'NOT_VERIFIED',
  streams: STREAMS.map((stream, at): StreamRow => ({
    stream,
    status: at % 2 === 0 ? 'NOT_VERIFIED' : 'VERIFIED',
    reason: at % 2 === 0 ? 'AUTO_NOT_VALID' : 'AUTO_VALID',
    comment: at === 0 ? freeText : null,
    unverifiedAt: at % 2 === 0 ? AT : null,
    answer: at % 3 === 0 ? null : at % 2,
    result: at === 1 ? 7 : null,
    answeredAt: at % 2 === 0 ? AT : null,
    check: CHECKS[at],
  })),
  isUnderWay: true,
});

const withoutChecks = (freeText: string): PersonChecks => ({
  ...checksOf(freeText),
  cumulative: null,
  isUnderWay: false,
});

export const PERSON_PAGE = view<PersonModel>('person', (freeText) => [
  {
    person: masked(freeText),
    card: undefined,
    reason: freshForm({ reason: 'other', reason_text: freeText }),
    checks: checksOf(freeText),
    mayVerify: true,
    repeatable: REGISTER_STREAMS,
  },
  {
    person: { ...masked(freeText), tax_id: null, unzr: null, documents: [], is_active: false },
    card: undefined,
    reason: { values: { reason: 'other' }, faults: [{ field: 'reason_text', rule: 'required' }] },
    checks: undefined,
    mayVerify: false,
    repeatable: REGISTER_STREAMS,
  },
  {
    person: masked(freeText),
    card: cardOf(freeText),
    reason: freshForm(),
    checks: withoutChecks(freeText),
    mayVerify: false,
    repeatable: REGISTER_STREAMS,
  },
  {
    person: masked(freeText),
    card: {
      ...cardOf(freeText),
      second_name: null,
      birth_country: null,
      death_date: null,
      email: null,
      tax_id: null,
      unzr: null,
      preferred_way_communication: null,
      documents: [],
    },
    reason: freshForm(),
    checks: withoutChecks(freeText),
    mayVerify: true,
    repeatable: REGISTER_STREAMS,
  },
]);

/** The streams and the checks that are under way. It is refreshed while somebody looks. */
export const PERSON_CHECKS_PART = view<PersonChecks>('person-checks', (freeText) => [
  checksOf(freeText),
  withoutChecks(freeText),
]);
