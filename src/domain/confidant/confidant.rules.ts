import { Refusal } from '../refusal';
import type { CumulativeStatus } from '../verification/status';

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
