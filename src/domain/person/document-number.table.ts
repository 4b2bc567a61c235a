import type { DocumentType, RelationshipDocumentType } from './document-type';

/** Two Ukrainian capitals, none of them a Russian letter, and six digits. */
const SERIES_AND_SIX_DIGITS = /^((?![ЫЪЭЁ])([А-ЯҐЇІЄ])){2}[0-9]{6}$/;

/** Certificates of many years and offices: capitals of both alphabets, digits and what stands between them. */
const CERTIFICATE = /^((?![ЫЪЭЁыъэё@%&$^#`~:,.*|}{?!])[A-ZА-ЯҐЇІЄ0-9№\\/()-]){2,25}$/;

/** A booklet with four to six digits, a card with nine, or a booklet whose number names its year. */
const BOOKLET_OR_CARD =
  /^(((?![ЫЪЭЁ])([А-ЯҐЇІЄ])){2}[0-9]{4,6}|[0-9]{9}|((?![ЫЪЭЁ])([А-ЯҐЇІЄ])){2}[0-9]{5}\/[0-9]{5})$/;

/**
 * The published patterns of numbers, unchanged. A type without one may have any number: foreign certificates and
 * decisions of courts follow no pattern of ours.
 */
export const DOCUMENT_NUMBERS: Readonly<
  Record<DocumentType | RelationshipDocumentType, RegExp | 'any number'>
> = {
  PASSPORT: SERIES_AND_SIX_DIGITS,
  REFUGEE_CERTIFICATE: SERIES_AND_SIX_DIGITS,
  COMPLEMENTARY_PROTECTION_CERTIFICATE: SERIES_AND_SIX_DIGITS,
  NATIONAL_ID: /^[0-9]{9}$/,
  BIRTH_CERTIFICATE: CERTIFICATE,
  TEMPORARY_PASSPORT: CERTIFICATE,
  MARRIAGE_CERTIFICATE: CERTIFICATE,
  DIVORCE_CERTIFICATE: CERTIFICATE,
  TEMPORARY_CERTIFICATE: BOOKLET_OR_CARD,
  PERMANENT_RESIDENCE_PERMIT: BOOKLET_OR_CARD,
  BIRTH_CERTIFICATE_FOREIGN: 'any number',
  STATE_REGISTER_EXTRACT: 'any number',
  COURT_DECISION_LEGAL_CAPACITY: 'any number',
  COURT_DECISION_DIVORCE: 'any number',
  GUARDIANSHIP_DECISION_LEGAL_CAPACITY: 'any number',
  LEGAL_CAPACITY_DOCUMENT: 'any number',
  DOCUMENT: 'any number',
  COURT_DECISION: 'any number',
  CONFIDANT_CERTIFICATE: 'any number',
};
