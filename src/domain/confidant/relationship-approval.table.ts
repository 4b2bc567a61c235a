import type { RelationshipReason, RelationshipStatus } from './relationship-status';

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
