import type { DocumentType, RelationshipDocumentType } from './dictionaries';
import type { IsoDay } from '../calendar-day';

/** Two Ukrainian capitals, none of them a Russian letter, and six digits. */
const SERIES_AND_SIX_DIGITS = /^((?![ЫЪЭЁ])([А-ЯҐЇІЄ])){2}[0-9]{6}$/;

/** Certificates of many years and offices: capitals of both alphabets, digits and separators. */
const CERTIFICATE = /^((?![ЫЪЭЁыъэё@%&$^#`~:,.*|}{?!])[A-ZА-ЯҐЇІЄ0-9№\\/()-]){2,25}$/;

/** A booklet with four to six digits, a card with nine, or a booklet whose number names its year. */
const BOOKLET_OR_CARD =
  /^(((?![ЫЪЭЁ])([А-ЯҐЇІЄ])){2}[0-9]{4,6}|[0-9]{9}|((?![ЫЪЭЁ])([А-ЯҐЇІЄ])){2}[0-9]{5}\/[0-9]{5})$/;

/**
 * The published patterns of numbers, unchanged. A type without a pattern may have any number, such as foreign
 * certificates and court decisions.
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

/** The number of a passport booklet, split as the register requires. */
export interface PassportNumber {
  readonly series: string;
  readonly number: string;
}

/** The published pattern, unchanged: two Ukrainian capitals, none of them a Russian letter, and six digits. */
const PASSPORT_NUMBER = /^((?![ЫЪЭЁ])([А-ЯҐЇІЄ])){2}[0-9]{6}$/;

/**
 * Reads the number of a PASSPORT document. It corrects nothing, neither blanks nor lower case nor Latin look-alikes: a
 * corrected number would differ from the one the person signed.
 */
export function parsePassportNumber(text: string): PassportNumber | 'malformed' {
  if (!PASSPORT_NUMBER.test(text)) return 'malformed';
  return { series: text.slice(0, 2), number: text.slice(2) };
}

/** A document as far as the choice depends on it. */
export interface DatedDocument {
  readonly id: string;
  readonly type: DocumentType;
  readonly issuedAt: IsoDay | null;
  readonly expirationDate: IsoDay | null;
}

/**
 * The document to check: of the known types, not expired, the one issued last; at a tie the one with the smaller `id`, so
 * that every worker chooses the same. ISO days and lower-case ids compare as text.
 */
export function chosenDocument<Document extends DatedDocument>(
  documents: readonly Document[],
  knownTypes: readonly DocumentType[],
  today: IsoDay,
): Document | 'absent' {
  const suitable = documents.filter(({ type, expirationDate }) => {
    return knownTypes.includes(type) && (expirationDate === null || expirationDate >= today);
  });
  return suitable.reduce<Document | 'absent'>(
    (best, document) => (best === 'absent' || isChosenBefore(document, best) ? document : best),
    'absent',
  );
}

function isChosenBefore(one: DatedDocument, other: DatedDocument): boolean {
  // No day at all sorts last: the empty text is smaller than every day.
  const [issued, otherIssued] = [one.issuedAt ?? '', other.issuedAt ?? ''];
  return issued === otherIssued ? one.id < other.id : issued > otherIssued;
}
