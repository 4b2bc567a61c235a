import {
  PERSON_LEGAL_CAPACITY_DOCUMENT_TYPES,
  PERSON_REGISTRATION_DOCUMENT_TYPES,
} from '../../src/domain/person/dictionaries';
import type { RegistrationParameters } from '../../src/domain/person/registration.rules';
import { calendarDay, type IsoDay } from '../../src/domain/calendar-day';
import { faultsOfPerson } from '../../src/domain/person/registration.rules';
import type { FieldFault } from '../../src/domain/refusal';
import { aSignUpContent, type SignUpContentBuilder } from './sign-up-content';

/** What holds where nobody has set anything else. */
export const USUAL_PARAMETERS: RegistrationParameters = {
  noSelfAuthAge: 14,
  noSelfRegistrationAge: 14,
  personFullLegalCapacityAge: 18,
  thirdPersonLimit: 150,
  personLegalCapacityDocumentTypes: PERSON_LEGAL_CAPACITY_DOCUMENT_TYPES,
  personRegistrationDocumentTypes: PERSON_REGISTRATION_DOCUMENT_TYPES,
  noSelfAuthAgeDocumentTypes: ['BIRTH_CERTIFICATE', 'BIRTH_CERTIFICATE_FOREIGN'],
  selfAuthAgeDocumentTypes: [
    'COMPLEMENTARY_PROTECTION_CERTIFICATE',
    'NATIONAL_ID',
    'PASSPORT',
    'PERMANENT_RESIDENCE_PERMIT',
    'REFUGEE_CERTIFICATE',
    'TEMPORARY_CERTIFICATE',
    'TEMPORARY_PASSPORT',
  ],
};

/** The day on which the rules of registration are asked, unless a test names another. */
export const RULES_DAY = '2026-03-10';

/** A day before or after another one. */
export const dayAfter = (day: IsoDay, days: number): IsoDay => calendarDay(day).add({ days }).toString();

/** A child of five. */
export const aChild = (): SignUpContentBuilder => aSignUpContent(RULES_DAY);

/** Sixteen, with a tax number and an own document. */
export const anAdolescent = (): SignUpContentBuilder =>
  aChild().aged(16).withTaxId('0000000017').withOnlyDocument('PASSPORT');

/** The faults by the rules of registration. */
export function faultsOfContent(
  content: SignUpContentBuilder,
  today: IsoDay = RULES_DAY,
  changed: Partial<RegistrationParameters> = {},
): readonly FieldFault[] {
  const parameters = { ...USUAL_PARAMETERS, ...changed };
  return faultsOfPerson(content.build().person, { today, parameters });
}

/** The same as pairs: where, and in which words. */
export function reported(
  ...given: Parameters<typeof faultsOfContent>
): [entry: string, description: string][] {
  return faultsOfContent(...given).map(({ entry, description }) => [entry, description]);
}
