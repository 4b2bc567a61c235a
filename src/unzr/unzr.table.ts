import type { ClearedData } from '../domain/verification/register-stream';
import type { AnswersOf } from '../domain/verification/stream';

/** What the demographic register can say about a person and his UNZR. */
export type UnzrStreamAnswer = 'FOUND' | 'NOT_FOUND';

/** A register of the LIVING RECORDS of persons: not being found is the bad news, and it is nobody else's. */
export const UNZR_ANSWERS = {
  FOUND: { means: 'confirmed', reason: 'AUTO', keep: 'answer', reaches: 'nobody_else' },
  NOT_FOUND: { means: 'refuted', reason: 'AUTO', keep: 'nothing', reaches: 'nobody_else' },
} as const satisfies AnswersOf<UnzrStreamAnswer>;

/** A malformed UNZR is nobody's number: it is taken from the person, who may sign with the right one. */
export const UNZR_CLEARED_WHEN_MALFORMED = 'unzr' satisfies ClearedData;
