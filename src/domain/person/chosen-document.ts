import type { IsoDay } from '../calendar-day';
import type { DocumentType } from './document-type';

/** What the choice needs to know of a document; days as they stand in `person_documents`. */
export interface DatedDocument {
  readonly id: string;
  readonly type: DocumentType;
  readonly issuedAt: IsoDay | null;
  readonly expirationDate: IsoDay | null;
}

/**
 * The document the register is asked about: of those it knows and that are not expired the one issued last, at a tie
 * the one with the smaller `id`, so that every worker chooses the same. ISO days and lower-case ids compare as text; no
 * calendar is needed for that.
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
