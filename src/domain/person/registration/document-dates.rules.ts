import type { DocumentType } from '../document-type';
import { faultsOfDocuments, type RuleGroup } from './rule-group';

/** These are issued for a time, and the request says until when. */
const EXPIRING_TYPES: readonly DocumentType[] = [
  'NATIONAL_ID',
  'COMPLEMENTARY_PROTECTION_CERTIFICATE',
  'PERMANENT_RESIDENCE_PERMIT',
  'REFUGEE_CERTIFICATE',
  'TEMPORARY_CERTIFICATE',
  'TEMPORARY_PASSPORT',
];

/* Days of the form YYYY-MM-DD compare as text. */

export const documentIsIssued: RuleGroup = (registration) =>
  faultsOfDocuments(registration, {
    field: 'issued_at',
    isBroken: ({ issued_at }) => issued_at > registration.today,
    says: 'Document issued date should be in the past',
  });

/** The sentence is the published one, letter by letter. */
export const documentIsIssuedAfterBirth: RuleGroup = (registration) =>
  faultsOfDocuments(registration, {
    field: 'issued_at',
    isBroken: ({ issued_at }) => issued_at < registration.person.birth_date,
    says: 'Document issued date should greater than person.birth_date',
  });

export const documentIsNotExpired: RuleGroup = (registration) =>
  faultsOfDocuments(registration, {
    field: 'expiration_date',
    isBroken: ({ expiration_date }) => expiration_date !== undefined && expiration_date < registration.today,
    says: 'Document expiration_date should be in the future',
  });

export const expiringDocumentSaysWhen: RuleGroup = (registration) =>
  faultsOfDocuments(registration, {
    field: 'expiration_date',
    isBroken: ({ type, expiration_date }) => expiration_date === undefined && EXPIRING_TYPES.includes(type),
    says: ({ type }) => `expiration_date is mandatory for document_type ${type}`,
  });
