/** Everything that can happen to a register stream, and how the printed tables put it. */
export const STREAM_GROUNDS = {
  signed_with_data: 'the person signed with data for the stream',
  signed_without_data: 'the person signed without data for the stream',
  taken_for_review: 'the stream is due and is taken for review',
  nothing_to_check: 'the person has nothing that the register could be asked about',
  data_malformed: 'the data is malformed; the register is not asked',
  register_confirmed: 'the register confirmed the data',
  register_refuted: 'the register refuted the data',
  document_refuted_elsewhere: 'the same document was refuted in the review of another holder',
  technical_error: 'the register did not answer (technical error)',
  repeat_asked: 'an NHS employee asks for a repeat',
  lock_expired: 'the lock outlived its lease (the worker died)',
  released_unasked: 'the lock is given back before the register was asked',
  answer_overtaken: 'a good answer is older than a bad one about the same document',
} as const;

export type StreamGround = keyof typeof STREAM_GROUNDS;

/** Everything that can happen to the manual stream of the NHS. */
export const NHS_GROUNDS = {
  manual_rule_hit: 'a manual rule is hit',
  no_manual_rule_hit: 'no manual rule is hit',
  scan_copies_needed: 'sign-up needs scan copies',
  taken_into_work: 'an official takes the person into work',
  accepted: 'the official accepts',
  rejected: 'the official rejects',
} as const;

export type NhsGround = keyof typeof NHS_GROUNDS;

/** Who moves a stream. */
export type Actor = 'registration' | 'timetable' | 'job' | 'official';
