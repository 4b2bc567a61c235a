import type { AnswersOf } from '../domain/verification/stream';

/** What the register of the migration service can say about a passport booklet. */
export type DmsPassportAnswer = 'FOUND' | 'NOT_FOUND';

/** A register of INVALID passports: being found is the bad news. */
export const DMS_PASSPORT_ANSWERS = {
  FOUND: { means: 'refuted', reason: 'AUTO_NOT_VALID', keep: 'answer', reaches: 'other_holders' },
  NOT_FOUND: { means: 'confirmed', reason: 'AUTO_VALID', keep: 'nothing', reaches: 'nobody_else' },
} as const satisfies AnswersOf<DmsPassportAnswer>;
