import type { IsoDay } from '../../calendar-day';
import type { DocumentType } from '../document-type';
import type { Gender } from '../gender';
import type { MatchingPerson } from './matching-person';
import { digitsOf, normalDocument, normalName, normalSettlement } from './normal-form';

/** The two values a document is compared by. */
export interface ComparedDocument {
  readonly type: DocumentType;
  /** The normalised number with its letters. */
  readonly whole: string;
  /** Its digits; empty when it has none. */
  readonly digits: string;
}

/** A person in the form in which he is compared. What is missing is null. */
export interface ComparedPerson {
  readonly firstName: string;
  readonly lastName: string;
  readonly secondName: string | null;
  readonly birthDate: IsoDay;
  readonly birthSettlement: string | null;
  readonly gender: Gender;
  readonly taxId: string | null;
  readonly documents: readonly ComparedDocument[];
  readonly otpPhones: readonly string[];
  readonly residenceSettlement: string | null;
}

/** Brings what was written down into the form in which it is compared. */
export function comparedPerson(person: MatchingPerson): ComparedPerson {
  return {
    firstName: normalName(person.firstName),
    lastName: normalName(person.lastName),
    secondName: orNull(normalName(person.secondName ?? '')),
    birthDate: person.birthDate,
    birthSettlement: orNull(normalSettlement(person.birthSettlement)),
    gender: person.gender,
    taxId: orNull(person.taxId ?? ''),
    documents: person.documents.map((document) => {
      const whole = normalDocument(document);
      return { type: document.type, whole, digits: digitsOf(whole) };
    }),
    otpPhones: person.otpPhones,
    residenceSettlement: orNull(normalSettlement(person.residenceSettlement ?? '')),
  };
}

function orNull(text: string): string | null {
  return text === '' ? null : text;
}
