import { describe, expect, it } from 'vitest';
import { Refusal, REFUSALS, type RefusalCode } from '../refusal';
import { CUMULATIVE_STATUSES } from '../verification/stream';
import {
  type ConfidantFacts,
  type OneMoreWard,
  refuseBeyondLimit,
  refuseConfidant,
} from './relationship.rules';

const WARD = '7c0ce1f8-0000-4000-8000-000000000001';
const OTHERS = ['7c0ce1f8-0000-4000-8000-000000000002', '7c0ce1f8-0000-4000-8000-000000000003'];

const facts = (changes: Partial<ConfidantFacts> = {}): ConfidantFacts => ({
  hasOwnMethod: true,
  verificationStatus: 'VERIFIED',
  wardIds: [],
  ...changes,
});

const ward = (changes: Partial<OneMoreWard> = {}): OneMoreWard => ({
  personId: null,
  thirdPersonLimit: 2,
  ...changes,
});

const refused = (code: RefusalCode): Refusal => new Refusal(code);

describe('Who may be a confidant', () => {
  it('a person with a method of their own, not refuted, with few wards', () => {
    expect(() => refuseConfidant(facts(), ward())).not.toThrow();
  });

  it('not a person without an active OTP or OFFLINE method of their own', () => {
    expect(() => refuseConfidant(facts({ hasOwnMethod: false }), ward())).toThrow(
      refused('confidant_without_method'),
    );
    expect(REFUSALS.confidant_without_method).toBe('third person must has auth method OTP or OFFLINE');
  });

  it.each([...CUMULATIVE_STATUSES.filter((status) => status !== 'NOT_VERIFIED'), null])(
    'somebody whose cumulative status is %s',
    (verificationStatus) => {
      expect(() => refuseConfidant(facts({ verificationStatus }), ward())).not.toThrow();
    },
  );

  it('nobody whose cumulative status is NOT_VERIFIED', () => {
    expect(() => refuseConfidant(facts({ verificationStatus: 'NOT_VERIFIED' }), ward())).toThrow(
      refused('confidant_not_verified'),
    );
    expect(REFUSALS.confidant_not_verified).toBe('Confidant person not found or is not verified');
  });

  it('somebody with one ward less than the limit, nobody with as many', () => {
    expect(() => refuseConfidant(facts({ wardIds: OTHERS.slice(0, 1) }), ward())).not.toThrow();
    expect(() => refuseConfidant(facts({ wardIds: OTHERS }), ward())).toThrow(
      refused('third_person_limit_exceeded'),
    );
    expect(REFUSALS.third_person_limit_exceeded).toBe('Third person limit is exceeded');
  });

  it('the ward does not count against the limit', () => {
    const full = facts({ wardIds: [WARD, ...OTHERS.slice(0, 1)] });
    expect(() => refuseConfidant(full, ward({ personId: WARD }))).not.toThrow();
    expect(() => refuseConfidant(full, ward({ personId: OTHERS[1] ?? '' }))).toThrow(
      refused('third_person_limit_exceeded'),
    );
    expect(() => refuseConfidant(facts({ wardIds: [WARD, ...OTHERS] }), ward({ personId: WARD }))).toThrow(
      refused('third_person_limit_exceeded'),
    );
  });

  it('a limit of none lets nobody have a ward', () => {
    expect(() => refuseConfidant(facts(), ward({ thirdPersonLimit: 0 }))).toThrow(
      refused('third_person_limit_exceeded'),
    );
  });

  it('of several reasons the first of the table is the refusal', () => {
    const nothingRight = facts({ hasOwnMethod: false, verificationStatus: 'NOT_VERIFIED', wardIds: OTHERS });
    expect(() => refuseConfidant(nothingRight, ward())).toThrow(refused('confidant_without_method'));
    expect(() => refuseConfidant({ ...nothingRight, hasOwnMethod: true }, ward())).toThrow(
      refused('confidant_not_verified'),
    );
  });

  it('the limit can be checked alone', () => {
    expect(() => refuseBeyondLimit({ wardIds: OTHERS }, ward({ thirdPersonLimit: 3 }))).not.toThrow();
    expect(() => refuseBeyondLimit({ wardIds: OTHERS }, ward())).toThrow(
      refused('third_person_limit_exceeded'),
    );
  });
});
