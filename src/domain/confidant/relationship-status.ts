/** What a confidant person relationship can stand in. */
export const RELATIONSHIP_STATUSES = [
  'VERIFICATION_NEEDED',
  'IN_REVIEW',
  'VERIFIED',
  'NOT_VERIFIED',
] as const;

export type RelationshipStatus = (typeof RELATIONSHIP_STATUSES)[number];

/** Why it stands there: the published dictionary, also the reasons this system never writes. */
export const RELATIONSHIP_REASONS = [
  'ONLINE_TRIGGERED',
  'ONLINE_TRIGGERED_BY_PIS_REGISTRATION_VIA_CONFIDANT',
  'MANUAL_CREATED_BY_DOCTOR',
  'MANUAL_CREATED_BY_NHS_ADMIN',
  'AUTO',
  'MANUAL',
] as const;

export type RelationshipReason = (typeof RELATIONSHIP_REASONS)[number];

/** A status with its reason: the two are always written together. */
export interface RelationshipPair {
  readonly verificationStatus: RelationshipStatus;
  readonly verificationReason: RelationshipReason;
}
