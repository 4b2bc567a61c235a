/**
 * Every expected "no", with the sentence that is told. The sentences hold no personal data; a word in braces is
 * filled from a closed list by the place that refuses. The HTTP codes are a matter of `http`, not of the rules.
 */
export const REFUSALS = {
  person_not_found: 'Person not found',
  verification_not_found: 'not found',
  person_not_active: 'Person is not active',
  manual_verification_refused: "Such person can't be transferred into manual verification process",
  status_change_refused: "Can't update verification status from {from} to {to}",
  comment_required: 'verification status comment is required',
  job_not_found: 'Job not found',
  job_already_running: 'Job is already running',
  request_malformed: 'Malformed request. Probably, you have sent corrupted JSON.',
  validation_failed: 'Validation failed',
} as const;

export type RefusalCode = keyof typeof REFUSALS;

/** What can be wrong with one field; the names are those of the published error envelope. */
export type FieldRule = 'required' | 'schema' | 'cast' | 'format' | 'inclusion' | 'length' | 'invalid';

/** A fault of one field of a request. It names the field and the rule, and never repeats what was sent. */
export interface FieldFault {
  readonly entry: string;
  readonly rule: FieldRule;
  readonly description: string;
  readonly params: readonly string[];
}

/** What a refusal may carry besides its code. */
export interface RefusalDetails {
  /** Fills the braces of the sentence: status names and the like. */
  readonly words?: Readonly<Record<string, string>>;
  /** The run that already does what was asked for. */
  readonly runId?: string;
  /** All faults of the fields at once; only for `validation_failed`. */
  readonly faults?: readonly FieldFault[];
}

/** An expected "no". Everything else that is thrown is a bug or a trouble of the register. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly code: RefusalCode,
    readonly details: RefusalDetails = {},
  ) {
    super(sentenceOf(code, details.words ?? {}));
  }
}

function sentenceOf(code: RefusalCode, words: Readonly<Record<string, string>>): string {
  return REFUSALS[code].replace(/\{(\w+)\}/g, (_, name: string) => {
    const word = words[name];
    if (word === undefined) throw new Error(`The refusal ${code} is missing its word ${name}.`);
    return word;
  });
}
