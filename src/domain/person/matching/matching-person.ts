import type { IsoDay } from '../../calendar-day';
import type { DocumentType } from '../document-type';
import type { Gender } from '../gender';

/** A document as far as it tells whose it is. */
export interface MatchingDocument {
  readonly type: DocumentType;
  readonly number: string;
}

/** What two persons are compared by, as it was written down. An empty text counts as missing. */
export interface MatchingPerson {
  readonly firstName: string;
  readonly lastName: string;
  readonly secondName: string | null;
  readonly birthDate: IsoDay;
  readonly birthSettlement: string;
  readonly gender: Gender;
  readonly taxId: string | null;
  readonly documents: readonly MatchingDocument[];
  /** Phones for one-time passwords. Other phones are shared by whole families and tell nothing. */
  readonly otpPhones: readonly string[];
  /** Settlement of the RESIDENCE address. */
  readonly residenceSettlement: string | null;
}
