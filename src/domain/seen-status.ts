import { Refusal } from './refusal';

/** A status with its reason. Other programs may have left them empty. */
interface StatusPair {
  readonly verificationStatus: string | null;
  readonly verificationReason: string | null;
}

/** What somebody saw before they decided, as one text that a form carries. */
export const seenStatus = ({ verificationStatus, verificationReason }: StatusPair): string =>
  `${verificationStatus ?? ''}/${verificationReason ?? ''}`;

/**
 * Refuses a decision about something else than what was seen: a page may be old, and several decisions are possible from
 * any status. Undefined for callers who decide without having looked.
 */
export function refuseUnlessSeen(seen: string | undefined, now: StatusPair): void {
  if (seen !== undefined && seen !== seenStatus(now)) throw new Refusal('changed_meanwhile');
}
