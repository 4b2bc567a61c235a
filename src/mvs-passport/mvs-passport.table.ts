import type { AnswersOf } from '../domain/verification/stream';

/** What the register of the ministry can say about a passport. */
export type MvsPassportAnswer = 'FOUND' | 'NOT_FOUND';

/** A register of STOLEN AND LOST passports: being found is the bad news. */
export const MVS_PASSPORT_ANSWERS = {
  FOUND: { means: 'refuted', reason: 'AUTO_LOST', keep: 'answer', reaches: 'other_holders' },
  NOT_FOUND: { means: 'confirmed', reason: 'AUTO_NOT_LOST', keep: 'nothing', reaches: 'nobody_else' },
} as const satisfies AnswersOf<MvsPassportAnswer>;
