import type { DocumentType } from '../document-type';
import { faultAt, faultIf, faultsOfDocuments, type Registration, type RuleGroup } from './rule-group';

const NOT_ALLOWED = 'Submitted document type is not allowed';
const ITEM_REQUIRED = 'Must contain required item.';

export const typeIsForRegistration: RuleGroup = (registration) => {
  const { personRegistrationDocumentTypes, personLegalCapacityDocumentTypes } = registration.parameters;
  const allowed = [...personRegistrationDocumentTypes, ...personLegalCapacityDocumentTypes];
  return refuseTypes(registration, (type) => !allowed.includes(type));
};

/** Only somebody under age, and old enough to speak for himself, proves legal capacity. Both limits are outside. */
export const legalCapacityIsProvedUnderAge: RuleGroup = (registration) => {
  const { ageYears, parameters } = registration;
  const { noSelfRegistrationAge, personFullLegalCapacityAge, personLegalCapacityDocumentTypes } = parameters;
  if (ageYears > noSelfRegistrationAge && ageYears < personFullLegalCapacityAge) return [];
  return refuseTypes(registration, (type) => personLegalCapacityDocumentTypes.includes(type));
};

/** Such a proof stands beside a document that says who somebody is, and alone of its kind. */
export const legalCapacityIsProvedOnce: RuleGroup = (registration) => {
  const { personRegistrationDocumentTypes, personLegalCapacityDocumentTypes } = registration.parameters;
  const types = typesOf(registration);
  const proofs = types.filter((type) => personLegalCapacityDocumentTypes.includes(type));
  const isRegistered = types.some((type) => personRegistrationDocumentTypes.includes(type));
  return faultIf(proofs.length > 1 || (proofs.length === 1 && !isRegistered), 'documents', NOT_ALLOWED);
};

/** Below the age of self-authentication the certificate of birth is the document, and no other will do. */
export const childHasCertificateOfBirth: RuleGroup = (registration) => {
  const { ageYears, parameters } = registration;
  if (ageYears >= parameters.noSelfAuthAge) return [];
  const types = typesOf(registration);
  const hasCertificate = types.includes('BIRTH_CERTIFICATE') || types.includes('BIRTH_CERTIFICATE_FOREIGN');
  return [
    ...refuseTypes(registration, (type) => !parameters.noSelfAuthAgeDocumentTypes.includes(type)),
    // The published answer names the one certificate, though the foreign one would do.
    ...(hasCertificate ? [] : [faultAt('documents', ITEM_REQUIRED, ['BIRTH_CERTIFICATE'])]),
  ];
};

export const olderPersonHasDocumentOfHisOwn: RuleGroup = (registration) => {
  const { ageYears, parameters } = registration;
  if (ageYears < parameters.noSelfAuthAge) return [];
  const sufficient = [...new Set([...parameters.selfAuthAgeDocumentTypes, 'BIRTH_CERTIFICATE' as const])];
  const isEnough = typesOf(registration).some((type) => sufficient.includes(type));
  return isEnough ? [] : [faultAt('documents', ITEM_REQUIRED, sufficient)];
};

/** A booklet is handed in for the card: nobody has both. */
export const passportIsOldOrNew: RuleGroup = (registration) => {
  const types = typesOf(registration);
  return faultIf(
    types.includes('PASSPORT') && types.includes('NATIONAL_ID'),
    'documents',
    'Person can have only new passport NATIONAL_ID or old PASSPORT',
  );
};

function typesOf({ person }: Registration): DocumentType[] {
  return person.documents.map(({ type }) => type);
}

function refuseTypes(registration: Registration, isRefused: (type: DocumentType) => boolean) {
  return faultsOfDocuments(registration, {
    field: 'type',
    isBroken: ({ type }) => isRefused(type),
    says: NOT_ALLOWED,
  });
}
