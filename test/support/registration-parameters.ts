import {
  PERSON_LEGAL_CAPACITY_DOCUMENT_TYPES,
  PERSON_REGISTRATION_DOCUMENT_TYPES,
} from '../../src/domain/person/dictionaries';
import type { RegistrationParameters } from '../../src/domain/person/registration.rules';

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
