/** Closed lists and comments that several tables of verification streams share. */

const quoted = (values: readonly string[]): string => values.map((value) => `'${value}'`).join(', ');

export const STATUS_LIST = quoted([
  'VERIFICATION_NEEDED',
  'VERIFICATION_NOT_NEEDED',
  'IN_REVIEW',
  'VERIFIED',
  'NOT_VERIFIED',
]);

export const REASON_LIST = quoted([
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
]);

const WORDS = {
  data_id: 'Row in mimir that holds the answer.',
  data_status: 'Answer of the register: 1 found, 0 not found.',
  data_result: 'Answer of the tax service.',
  act_id: 'Civil status act.',
  entity_id: 'Document or act that decides.',
  entity_type: 'Kind of that document or act.',
  online_status: 'Step of the online check: READY, IN_PROCESS, COMPLETED.',
  synced_at: 'When the register last answered.',
  verification_status: 'Status of the stream.',
  verification_reason: 'Why the stream has this status.',
  verification_comment: 'Words of the official.',
  unverified_at: 'When the stream became NOT_VERIFIED.',
} as const;

type Word = keyof typeof WORDS;

const STATE: readonly Word[] = ['verification_status', 'verification_reason'];
const ANSWER: readonly Word[] = ['data_id', 'data_status', 'synced_at', ...STATE, 'unverified_at'];

export const STREAM_COLUMNS: Readonly<Record<string, readonly Word[]>> = {
  nhs: [...STATE, 'verification_comment', 'unverified_at'],
  drfo: ['data_id', 'data_result', 'synced_at', ...STATE, 'unverified_at'],
  dracs_death: ['act_id', 'online_status', ...STATE, 'verification_comment', 'unverified_at'],
  dracs_birth: ['act_id', 'synced_at', ...STATE, 'verification_comment', 'unverified_at'],
  dracs_name_change: [...STATE, 'verification_comment'],
  legal_capacity: ['entity_id', 'entity_type', ...STATE, 'unverified_at'],
  unzr: ANSWER,
  mvs_passport: ANSWER,
  dms_passport: ANSWER,
};

/** Streams of a party. Its dracs_death stream has no act. */
export const PARTY_STREAM_COLUMNS: Readonly<Record<string, readonly Word[]>> = {
  drfo: STREAM_COLUMNS['drfo'] ?? [],
  dracs_death: ['online_status', ...STATE, 'verification_comment', 'unverified_at'],
  mvs_passport: ANSWER,
  dms_passport: ANSWER,
  dracs_name_change: STREAM_COLUMNS['dracs_name_change'] ?? [],
};

/** The comment of each column, for `COMMENT ON`. */
export function streamComments(streams = STREAM_COLUMNS): Record<string, string> {
  return Object.fromEntries(
    Object.entries(streams).flatMap(([stream, words]) =>
      words.map((word) => [`${stream}_${word}`, `Stream ${stream}: ${WORDS[word]}`]),
    ),
  );
}
