import type {
  FoundRelationship,
  RelationshipPair,
  RelationshipReason,
  RelationshipStatus,
} from './relationship-status.rules';
import { calendarDay, dayInKyiv, KYIV, type IsoDay, ageInYears, dayOfReachingAge } from '../calendar-day';
import type { RelationshipDocumentType } from '../person/dictionaries';
import { Refusal } from '../refusal';
import type { CumulativeStatus } from '../verification/stream';

/**
 * The approved relationships: for each status, the reasons that approve it. A doctor has seen the documents, so a
 * relationship created by a doctor is approved before its verification; one from a sign-up is not.
 */
export const RELATIONSHIP_APPROVAL = {
  VERIFIED: 'any reason',
  VERIFICATION_NEEDED: ['MANUAL_CREATED_BY_DOCTOR'],
  IN_REVIEW: [],
  NOT_VERIFIED: [],
} as const satisfies Record<RelationshipStatus, 'any reason' | readonly RelationshipReason[]>;

/** Whether the confidant may act for the person: by an approved relationship, not yet, or no relationship exists. */
export type RelationshipCheck = 'approved' | 'not_approved' | 'not_found';

/** The answer for all relationships that were found. One approved relationship is enough. */
export function relationshipCheckOf(found: readonly FoundRelationship[]): RelationshipCheck {
  if (found.length === 0) return 'not_found';
  return found.some(isApproved) ? 'approved' : 'not_approved';
}

function isApproved({ verificationStatus, verificationReason }: FoundRelationship): boolean {
  if (verificationStatus === null) return false;
  const reasons: 'any reason' | readonly (RelationshipReason | null)[] =
    RELATIONSHIP_APPROVAL[verificationStatus];
  return reasons === 'any reason' || reasons.includes(verificationReason);
}

/** Which registered persons are guarded against applicants whose relationship nobody has approved. */
export type RegisteredPersonsPolicy = 'published' | 'guard_adults' | 'guard_all';

/** A registered person whom an applicant wants to act for. */
export interface WantedWard {
  readonly birthDate: IsoDay;
  readonly today: IsoDay;
  readonly personFullLegalCapacityAge: number;
  /** The relationship of the two. */
  readonly relationship: RelationshipCheck;
}

/**
 * Whether a registered person gets no method, user or token from a sign-up until the relationship is approved: with
 * any signature and a few facts about an adult, anybody could otherwise take part in that adult's account.
 */
export function isGuarded(policy: RegisteredPersonsPolicy, ward: WantedWard): boolean {
  if (policy === 'published' || ward.relationship === 'approved') return false;
  return policy === 'guard_all' || ageInYears(ward.birthDate, ward.today) >= ward.personFullLegalCapacityAge;
}

/** The existing relationships of the two persons of a new one. Expired ones do not count. */
export interface RelationshipFacts {
  /** The confidant has a confidant of their own: approved, or since they were registered. A mere claim does not count. */
  readonly confidantHasConfidant: boolean;
  /** The two are already related in this way. */
  readonly isRelated: boolean;
}

/** Refuses a relationship that must not be created, in the published order. */
export function refuseRelationship({ confidantHasConfidant, isRelated }: RelationshipFacts): void {
  if (confidantHasConfidant) throw new Refusal('confidant_has_confidant');
  if (isRelated) throw new Refusal('relationship_exists');
}

/** The first status of a relationship from a sign-up. Acts of birth can be looked up; officials read other documents. */
export function initialPairOf(
  documents: readonly { readonly type: RelationshipDocumentType }[],
): RelationshipPair {
  const canBeFoundByBirth = documents.some(({ type }) => type === 'BIRTH_CERTIFICATE');
  return {
    verificationStatus: 'VERIFICATION_NEEDED',
    verificationReason: canBeFoundByBirth
      ? 'ONLINE_TRIGGERED'
      : 'ONLINE_TRIGGERED_BY_PIS_REGISTRATION_VIA_CONFIDANT',
  };
}

interface RequestedEnd {
  readonly birthDate: IsoDay;
  /** The requested end. */
  readonly activeTo: IsoDay | null;
  readonly today: IsoDay;
  readonly personFullLegalCapacityAge: number;
}

/**
 * The first day without the relationship. For a minor it is at latest the day of full legal capacity; for an older person
 * there is an end only if one was requested.
 */
export function activeToOf({
  birthDate,
  activeTo,
  today,
  personFullLegalCapacityAge,
}: RequestedEnd): IsoDay | null {
  if (ageInYears(birthDate, today) >= personFullLegalCapacityAge) return activeTo;
  const limit = dayOfReachingAge(birthDate, personFullLegalCapacityAge);
  return activeTo !== null && activeTo <= limit ? activeTo : limit;
}

interface Ward {
  readonly birthDate: IsoDay;
  readonly now: Date;
  readonly noSelfAuthAge: number;
}

/** The last second of a day, as the published contract writes the end of a method. */
const END_OF_DAY = '23:59:59';

/**
 * The end of the method THIRD_PERSON: the end, in Kyiv, of the last day on which the person is too young for a method of
 * their own. Null when the person is old enough already.
 */
export function thirdPersonMethodEndOf({ birthDate, now, noSelfAuthAge }: Ward): Date | null {
  if (ageInYears(birthDate, dayInKyiv(now)) >= noSelfAuthAge) return null;
  const lastDay = calendarDay(dayOfReachingAge(birthDate, noSelfAuthAge)).subtract({ days: 1 });
  return new Date(lastDay.toZonedDateTime({ timeZone: KYIV, plainTime: END_OF_DAY }).epochMilliseconds);
}

/** What the rules know of a person who is to be a confidant. */
export interface ConfidantFacts {
  /** They have an active OTP or OFFLINE method of their own. */
  readonly hasOwnMethod: boolean;
  readonly verificationStatus: CumulativeStatus | null;
  /** The different persons whose active THIRD_PERSON method names them. */
  readonly wardIds: readonly string[];
}

/** The new ward, and the limit of wards. */
export interface OneMoreWard {
  /** Null for a person who is being registered. */
  readonly personId: string | null;
  readonly thirdPersonLimit: number;
}

/** Refuses a person who must not be a confidant, in the published order. */
export function refuseConfidant(facts: ConfidantFacts, of: OneMoreWard): void {
  if (!facts.hasOwnMethod) throw new Refusal('confidant_without_method');
  if (facts.verificationStatus === 'NOT_VERIFIED') throw new Refusal('confidant_not_verified');
  refuseBeyondLimit(facts, of);
}

/** Refuses a confidant who has reached the limit of wards. The new ward does not count if they are one already. */
export function refuseBeyondLimit(
  { wardIds }: Pick<ConfidantFacts, 'wardIds'>,
  { personId, thirdPersonLimit }: OneMoreWard,
): void {
  const others = wardIds.filter((id) => id !== personId);
  if (others.length >= thirdPersonLimit) throw new Refusal('third_person_limit_exceeded');
}
