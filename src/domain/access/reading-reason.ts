/** Why an official searches for a person or opens their card. A closed list, so that audit rows can be counted by it. */
export const READING_REASONS = ['patient_request', 'complaint', 'inspection', 'other'] as const;

/** A reason as an official states it. `other` always has a text. */
export interface ReadingReason {
  readonly reason: (typeof READING_REASONS)[number];
  readonly text: string | null;
}
