import { calendarDay, dayInKyiv, KYIV, type IsoDay } from '../calendar-day';
import { ageInYears, dayOfReachingAge } from '../person/age';
import type { RelationshipDocumentType } from '../person/document-type';
import { Refusal } from '../refusal';
import { RELATIONSHIP_APPROVAL } from './relationship-approval.table';
import type { RelationshipPair, RelationshipReason, RelationshipStatus } from './relationship-status';

/** Whether one may act for another: by a relationship that can be relied on, by one that cannot yet, or not at all. */
export type RelationshipCheck = 'approved' | 'not_approved' | 'not_found';

/** A relationship as it was found: other programs may have left status and reason empty. */
export interface FoundRelationship {
  readonly verificationStatus: RelationshipStatus | null;
  readonly verificationReason: RelationshipReason | null;
}

/** The answer for all relationships that were found. One that can be relied on is enough. */
export function checkOf(found: readonly FoundRelationship[]): RelationshipCheck {
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
