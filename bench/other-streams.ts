/** Streams that have nothing to do with the one that is measured. */
const OTHER_STREAMS = {
  nhs: ['VERIFIED', 'RULES_PASSED'],
  drfo: ['VERIFIED', 'AUTO_ONLINE'],
  dracs_death: ['VERIFIED', 'AUTO_ONLINE'],
  dracs_birth: ['VERIFICATION_NOT_NEEDED', 'AUTO_DATA_ABSENT'],
  dracs_name_change: ['VERIFICATION_NOT_NEEDED', 'INITIAL'],
  legal_capacity: ['VERIFICATION_NOT_NEEDED', 'AUTO_DATA_ABSENT'],
  unzr: ['VERIFICATION_NOT_NEEDED', 'AUTO_DATA_ABSENT'],
  mvs_passport: ['VERIFIED', 'AUTO_NOT_LOST'],
} as const;

/** Their columns in `person_verifications`, as an INSERT names them. */
export const OTHER_STREAM_COLUMNS = Object.keys(OTHER_STREAMS)
  .map((stream) => `${stream}_verification_status, ${stream}_verification_reason`)
  .join(', ');
/** Their values. */
export const OTHER_STREAM_VALUES = Object.values(OTHER_STREAMS)
  .map(([status, reason]) => `'${status}', '${reason}'`)
  .join(', ');
