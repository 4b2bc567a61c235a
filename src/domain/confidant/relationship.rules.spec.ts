import { assert, date, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayInKyiv, ageInYears } from '../calendar-day';
import { RELATIONSHIP_DOCUMENT_TYPES } from '../person/dictionaries';
import { Refusal, REFUSALS } from '../refusal';
import {
  activeToOf,
  type RelationshipCheck,
  relationshipCheckOf,
  initialPairOf,
  isGuarded,
  refuseRelationship,
  thirdPersonMethodEndOf,
  type WantedWard,
} from './relationship.rules';
import {
  RELATIONSHIP_REASONS,
  RELATIONSHIP_STATUSES,
  type RelationshipPair,
} from './relationship-status.rules';

const pair = (
  verificationStatus: RelationshipPair['verificationStatus'],
  verificationReason: RelationshipPair['verificationReason'],
): RelationshipPair => ({ verificationStatus, verificationReason });

const fresh = pair('VERIFICATION_NEEDED', 'ONLINE_TRIGGERED');
const byDoctor = pair('VERIFICATION_NEEDED', 'MANUAL_CREATED_BY_DOCTOR');

describe('The check of a relationship', () => {
  const everyPair = RELATIONSHIP_STATUSES.flatMap((status) =>
    RELATIONSHIP_REASONS.map((reason) => [status, reason] as const),
  );

  it.each(everyPair)(
    '%s for the reason %s is approved only if verified or created by a doctor',
    (...found) => {
      const [status, reason] = found;
      const isApproved =
        status === 'VERIFIED' || (status === 'VERIFICATION_NEEDED' && reason === 'MANUAL_CREATED_BY_DOCTOR');
      expect(relationshipCheckOf([pair(status, reason)])).toBe(isApproved ? 'approved' : 'not_approved');
    },
  );

  it('finds nothing where nothing is', () => {
    expect(relationshipCheckOf([])).toBe('not_found');
  });

  it('a status that somebody left empty is another status', () => {
    expect(relationshipCheckOf([{ verificationStatus: null, verificationReason: null }])).toBe(
      'not_approved',
    );
    expect(
      relationshipCheckOf([{ verificationStatus: 'VERIFICATION_NEEDED', verificationReason: null }]),
    ).toBe('not_approved');
    expect(relationshipCheckOf([{ verificationStatus: 'VERIFIED', verificationReason: null }])).toBe(
      'approved',
    );
  });

  it('of several relationships one that is approved is enough', () => {
    expect(relationshipCheckOf([fresh, byDoctor])).toBe('approved');
    expect(relationshipCheckOf([byDoctor, fresh])).toBe('approved');
    expect(relationshipCheckOf([fresh, pair('IN_REVIEW', 'MANUAL')])).toBe('not_approved');
  });

  it('a relationship fresh from sign-up is not approved', () => {
    expect(relationshipCheckOf([initialPairOf([{ type: 'BIRTH_CERTIFICATE' }])])).toBe('not_approved');
    expect(relationshipCheckOf([initialPairOf([{ type: 'COURT_DECISION' }])])).toBe('not_approved');
  });
});

describe('Whether a relationship may be created', () => {
  it('yes, when neither rule forbids it', () => {
    expect(() => refuseRelationship({ confidantHasConfidant: false, isRelated: false })).not.toThrow();
  });

  it('rule 1: not with a confidant who has a confidant, which is checked first', () => {
    const refusal = new Refusal('confidant_has_confidant');
    expect(() => refuseRelationship({ confidantHasConfidant: true, isRelated: false })).toThrow(refusal);
    expect(() => refuseRelationship({ confidantHasConfidant: true, isRelated: true })).toThrow(refusal);
    expect(REFUSALS.confidant_has_confidant).toBe(
      'Patient who has confidant person can not be used as confidant for other patients',
    );
  });

  it('rule 2: not when the two are related already', () => {
    expect(() => refuseRelationship({ confidantHasConfidant: false, isRelated: true })).toThrow(
      new Refusal('relationship_exists'),
    );
    expect(REFUSALS.relationship_exists).toBe(
      'Relationship between confidant patient and related patient already exists',
    );
  });
});

describe('The first status of a relationship', () => {
  it.each(RELATIONSHIP_DOCUMENT_TYPES)('with the document %s alone', (type) => {
    const reason =
      type === 'BIRTH_CERTIFICATE'
        ? 'ONLINE_TRIGGERED'
        : 'ONLINE_TRIGGERED_BY_PIS_REGISTRATION_VIA_CONFIDANT';
    expect(initialPairOf([{ type }])).toEqual(pair('VERIFICATION_NEEDED', reason));
  });

  it('a birth certificate among others decides', () => {
    const documents = [{ type: 'COURT_DECISION' }, { type: 'BIRTH_CERTIFICATE' }] as const;
    expect(initialPairOf(documents)).toEqual(fresh);
  });
});

describe('The end of a relationship', () => {
  const end = (birthDate: string, activeTo: string | null, today: string): string | null =>
    activeToOf({ birthDate, activeTo, today, personFullLegalCapacityAge: 18 });

  it.each([
    ['no end was asked for', null, '2030-05-10'],
    ['an earlier one was asked for', '2030-05-09', '2030-05-09'],
    ['the very day was asked for', '2030-05-10', '2030-05-10'],
    ['a later one was asked for', '2030-05-11', '2030-05-10'],
  ])('for who is under age when %s', (_, activeTo, expected) => {
    expect(end('2012-05-10', activeTo, '2026-01-01')).toBe(expected);
  });

  it('a person born on 29 February reaches the age on 1 March of a common year', () => {
    expect(end('2012-02-29', null, '2026-01-01')).toBe('2030-03-01');
    expect(end('2012-02-29', '2030-02-28', '2026-01-01')).toBe('2030-02-28');
    expect(end('2008-02-29', null, '2026-02-28')).toBe('2026-03-01');
  });

  it('the limit holds until the day before the birthday and is gone on it', () => {
    expect(end('2008-05-10', null, '2026-05-09')).toBe('2026-05-10');
    expect(end('2008-05-10', null, '2026-05-10')).toBeNull();
    expect(end('2008-05-10', '2099-01-01', '2026-05-10')).toBe('2099-01-01');
    expect(end('2008-05-10', '2099-01-01', '2026-05-11')).toBe('2099-01-01');
    expect(end('2008-02-29', '2099-01-01', '2026-02-28')).toBe('2026-03-01');
    expect(end('2008-02-29', '2099-01-01', '2026-03-01')).toBe('2099-01-01');
  });
});

describe('The end of the method THIRD_PERSON', () => {
  const end = (birthDate: string, now: string): string | undefined =>
    thirdPersonMethodEndOf({ birthDate, now: new Date(now), noSelfAuthAge: 14 })?.toISOString();

  it.each([
    ['in winter time', '2012-01-15', '2026-01-14T21:59:59.000Z'],
    ['in summer time', '2012-07-15', '2026-07-14T20:59:59.000Z'],
    ['on the day on which summer time begins', '2012-03-30', '2026-03-29T20:59:59.000Z'],
    ['on the day on which summer time ends', '2012-10-26', '2026-10-25T21:59:59.000Z'],
    ['on 28 February, for who was born on the 29th', '2012-02-29', '2026-02-28T21:59:59.000Z'],
    ['on 31 December', '2012-01-01', '2025-12-31T21:59:59.000Z'],
  ])('is the last second in Kyiv before the birthday, %s', (_, birthDate, expected) => {
    expect(end(birthDate, '2025-06-01T12:00:00Z')).toBe(expected);
  });

  it('exists the day before the birthday and not on it, as the day is in Kyiv', () => {
    expect(end('2012-07-15', '2026-07-14T20:59:59Z')).toBe('2026-07-14T20:59:59.000Z');
    expect(end('2012-07-15', '2026-07-14T21:00:00Z')).toBeUndefined();
    expect(end('2012-07-15', '2026-07-16T12:00:00Z')).toBeUndefined();
    expect(end('2012-02-29', '2026-02-28T12:00:00Z')).toBe('2026-02-28T21:59:59.000Z');
    expect(end('2012-02-29', '2026-02-28T22:00:00Z')).toBeUndefined();
  });

  it('is always the last second with the age below', () => {
    const aMoment = date({ min: new Date('2000-01-01'), max: new Date('2035-12-31'), noInvalidDate: true });
    assert(
      property(aMoment, integer({ min: 1, max: 18 }), (born, noSelfAuthAge) => {
        const birthDate = born.toISOString().slice(0, 10);
        const endedAt = thirdPersonMethodEndOf({ birthDate, now: born, noSelfAuthAge });
        if (endedAt === null) throw new Error('A newborn child cannot prove who they are.');
        const secondLater = new Date(endedAt.getTime() + 1000);
        expect(ageInYears(birthDate, dayInKyiv(endedAt))).toBe(noSelfAuthAge - 1);
        expect(ageInYears(birthDate, dayInKyiv(secondLater))).toBe(noSelfAuthAge);
      }),
    );
  });
});

describe('A registered person whom an applicant wants to act for', () => {
  const TODAY = '2026-06-01';
  const ward = (birthDate: string, relationship: RelationshipCheck): WantedWard => ({
    birthDate,
    today: TODAY,
    personFullLegalCapacityAge: 18,
    relationship,
  });
  const POLICIES = ['published', 'guard_adults', 'guard_all'] as const;
  const guardedBy = (...of: Parameters<typeof ward>) =>
    POLICIES.filter((policy) => isGuarded(policy, ward(...of)));

  it.each(['not_found', 'not_approved'] as const)(
    'is guarded by age when the relationship is %s',
    (check) => {
      expect(guardedBy('2008-06-02', check)).toEqual(['guard_all']);
      expect(guardedBy('2008-06-01', check)).toEqual(['guard_adults', 'guard_all']);
    },
  );

  it('is not guarded against a confidant whose relationship is approved', () => {
    expect(guardedBy('1980-06-01', 'approved')).toEqual([]);
    expect(guardedBy('2020-06-01', 'approved')).toEqual([]);
  });
});
