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
 * Which relationships may be relied on: those with one of these reasons. A doctor has seen the papers, so his word
 * counts until somebody finds otherwise; what a sign-up claims does not.
 */
export const RELATIONSHIP_APPROVAL = {
  VERIFIED: 'any reason',
  VERIFICATION_NEEDED: ['MANUAL_CREATED_BY_DOCTOR'],
  IN_REVIEW: [],
  NOT_VERIFIED: [],
} as const satisfies Record<RelationshipStatus, 'any reason' | readonly RelationshipReason[]>;

/** Whether one may act for another: by a relationship that can be relied on, by one that cannot yet, or not at all. */
export type RelationshipCheck = 'approved' | 'not_approved' | 'not_found';

/** The answer for all relationships that were found. One that can be relied on is enough. */
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

/** What stands between the two persons of a relationship that is to be created. Expired ones stand for nothing. */
export interface RelationshipFacts {
  /** The confidant is the person of a relationship of his own, whoever acts for him. */
  readonly confidantHasConfidant: boolean;
  /** The two are already related in this way. */
  readonly isRelated: boolean;
}

/** Refuses a relationship that may not be created, in the published order. */
export function refuseRelationship({ confidantHasConfidant, isRelated }: RelationshipFacts): void {
  if (confidantHasConfidant) throw new Refusal('confidant_has_confidant');
  if (isRelated) throw new Refusal('relationship_exists');
}

/** How a relationship begins that a sign-up asks for: acts of birth can be looked up, other documents are read by people. */
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

interface AskedEnd {
  readonly birthDate: IsoDay;
  /** The end that was asked for. */
  readonly activeTo: IsoDay | null;
  readonly today: IsoDay;
  readonly personFullLegalCapacityAge: number;
}

/**
 * The first day without the relationship. Somebody under age is acted for until the day of full legal capacity and no
 * longer; for an older person there is an end only if one was asked for.
 */
export function activeToOf({
  birthDate,
  activeTo,
  today,
  personFullLegalCapacityAge,
}: AskedEnd): IsoDay | null {
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
 * When the method THIRD_PERSON ends: with the last day on which the person is too young to prove himself, by the clocks
 * of Kyiv. For who is old enough when it begins there is no end.
 */
export function thirdPersonMethodEndOf({ birthDate, now, noSelfAuthAge }: Ward): Date | null {
  if (ageInYears(birthDate, dayInKyiv(now)) >= noSelfAuthAge) return null;
  const lastDay = calendarDay(dayOfReachingAge(birthDate, noSelfAuthAge)).subtract({ days: 1 });
  return new Date(lastDay.toZonedDateTime({ timeZone: KYIV, plainTime: END_OF_DAY }).epochMilliseconds);
}

/** What the rules know of somebody who wants to be a confidant. */
export interface ConfidantFacts {
  /** An active OTP or OFFLINE method of his own, by which he can be asked himself. */
  readonly hasOwnMethod: boolean;
  readonly verificationStatus: CumulativeStatus | null;
  /** The different persons whose active method THIRD_PERSON names him. */
  readonly wardIds: readonly string[];
}

/** For whom he would be the confidant, and how many he may have. */
export interface OneMoreWard {
  /** Empty for a person who is only now being registered. */
  readonly personId: string | null;
  readonly thirdPersonLimit: number;
}

/** Refuses who may not be a confidant, in the published order. */
export function refuseConfidant(facts: ConfidantFacts, of: OneMoreWard): void {
  if (!facts.hasOwnMethod) throw new Refusal('confidant_without_method');
  if (facts.verificationStatus === 'NOT_VERIFIED') throw new Refusal('confidant_not_verified');
  refuseBeyondLimit(facts, of);
}

/** Refuses who is the third person of as many others as he may be; who is his ward already does not count. */
export function refuseBeyondLimit(
  { wardIds }: Pick<ConfidantFacts, 'wardIds'>,
  { personId, thirdPersonLimit }: OneMoreWard,
): void {
  const others = wardIds.filter((id) => id !== personId);
  if (others.length >= thirdPersonLimit) throw new Refusal('third_person_limit_exceeded');
}
