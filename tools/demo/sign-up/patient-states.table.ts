import type { StreamName } from '../../../src/domain/verification/stream';

/** How all nine streams of a new patient must begin: status and reason. */
export type BeginningStreams = Readonly<Record<StreamName, string>>;

const NO_DATA = 'VERIFICATION_NOT_NEEDED/AUTO_DATA_ABSENT';
const TO_BE_ASKED = 'VERIFICATION_NEEDED/ONLINE_TRIGGERED';

/** Everybody whom a confidant signs up: papers are wanted, the act of death is looked for, acts tell of a new name. */
const WHOEVER = {
  nhs: 'NOT_VERIFIED/DOCUMENTS_TRIGGERED',
  dracs_death: TO_BE_ASKED,
  dracs_name_change: 'VERIFICATION_NOT_NEEDED/INITIAL',
  legal_capacity: NO_DATA,
  unzr: NO_DATA,
} as const;

/**
 * Written down here from the rules and not computed by them, so that the demo notices when the program does something
 * else. A child of five with a certificate of birth, and somebody of fifteen with a passport and a tax number.
 */
export const PATIENT_STREAMS = {
  child: {
    ...WHOEVER,
    drfo: NO_DATA,
    dracs_birth: TO_BE_ASKED,
    mvs_passport: NO_DATA,
    dms_passport: NO_DATA,
  },
  teenager: {
    ...WHOEVER,
    drfo: TO_BE_ASKED,
    dracs_birth: NO_DATA,
    mvs_passport: TO_BE_ASKED,
    dms_passport: TO_BE_ASKED,
  },
} as const satisfies Record<string, BeginningStreams>;

/** What the streams of both add up to: one of them is NOT_VERIFIED, which blocks nobody. */
export const PATIENT_SUM = 'CHANGES_NEEDED';

/** How a relationship begins that a certificate of birth proves. */
export const NEW_RELATIONSHIP = 'VERIFICATION_NEEDED/ONLINE_TRIGGERED';

/** How dms_passport of somebody stands after a run that did not find his passport, and by which row. */
export const CHECKED_PASSPORT = 'VERIFIED/AUTO_VALID by S6';
