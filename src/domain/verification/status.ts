/** What a verification stream can stand in. The order is the one of the published dictionary. */
export const STREAM_STATUSES = [
  'VERIFICATION_NEEDED',
  'VERIFICATION_NOT_NEEDED',
  'IN_REVIEW',
  'VERIFIED',
  'NOT_VERIFIED',
] as const;

export type StreamStatus = (typeof STREAM_STATUSES)[number];

/** Why a stream stands where it stands: the published dictionary, also the reasons this system never writes. */
export const STREAM_REASONS = [
  'INITIAL',
  'ONLINE_TRIGGERED',
  'RULES_TRIGGERED',
  'RULES_PASSED',
  'DOCUMENTS_TRIGGERED',
  'MANUAL',
  'MANUAL_DECEASED',
  'MANUAL_NO_DEATH_RECORD',
  'AUTO',
  'AUTO_ONLINE',
  'AUTO_OFFLINE',
  'OFFLINE_VERIFIED',
  'AUTO_DATA_ABSENT',
  'AUTO_INCORRECT_DATA',
  'AUTO_VALID',
  'AUTO_NOT_VALID',
  'AUTO_LOST',
  'AUTO_NOT_LOST',
  'AUTO_NOT_FOUND',
] as const;

export type StreamReason = (typeof STREAM_REASONS)[number];

/** A status with its reason: the two are always written together. */
export interface StreamPair {
  readonly verificationStatus: StreamStatus;
  readonly verificationReason: StreamReason;
}

/** What all streams of a person add up to (`persons.verification_status`). */
export const CUMULATIVE_STATUSES = [
  'VERIFICATION_NEEDED',
  'VERIFIED',
  'CHANGES_NEEDED',
  'NOT_VERIFIED',
] as const;

export type CumulativeStatus = (typeof CUMULATIVE_STATUSES)[number];

/** What all streams of a party add up to (`parties.verification_status`). Parties know no CHANGES_NEEDED. */
export const PARTY_CUMULATIVE_STATUSES = ['VERIFICATION_NEEDED', 'VERIFIED', 'NOT_VERIFIED'] as const;

export type PartyCumulativeStatus = (typeof PARTY_CUMULATIVE_STATUSES)[number];
