import { type IsoDay, ageInYears } from '../../calendar-day';
import type { DocumentType } from '../dictionaries';
import type { PersonRequest } from '../person-request';
import { savedName } from '../registration.rules';
import { type MatchingDocument, digitsOf } from './compared-person';

/** The keys by which a registered person is searched for. */
export interface SearchKeys {
  readonly birthDate: IsoDay;
  readonly taxId: string | null;
  readonly lastName: string;
  /** The digits of each BIRTH_CERTIFICATE that has any. */
  readonly certificateDigits: readonly string[];
  /** The documents by which to search: type and number. */
  readonly documents: readonly MatchingDocument[];
}

/** The keys that apply depend on the age. */
export type LookUp = 'tax_id_or_certificate' | 'tax_id' | 'documents';

/** Fixed by the published search algorithm, independent of the registration parameter with the same value. */
const AGE_OF_OWN_DOCUMENTS = 14;

/** The keys of a person. A BIRTH_CERTIFICATE without digits is no key: many say "БЕЗ НОМЕРА". */
export function searchKeysOf(person: PersonRequest, searchTypes: readonly DocumentType[]): SearchKeys {
  const telling = person.documents.filter(
    ({ type, number }) => type !== 'BIRTH_CERTIFICATE' || digitsOf(number) !== '',
  );
  return {
    birthDate: person.birth_date,
    taxId: person.tax_id ?? null,
    lastName: savedName(person.last_name),
    certificateDigits: telling
      .filter(({ type }) => type === 'BIRTH_CERTIFICATE')
      .map(({ number }) => digitsOf(number)),
    documents: telling
      .filter(({ type }) => searchTypes.includes(type))
      .map(({ type, number }) => ({ type, number })),
  };
}

/** The look-up for a person of this age. */
export function lookUpOf({ birthDate, taxId }: SearchKeys, today: IsoDay): LookUp {
  if (ageInYears(birthDate, today) < AGE_OF_OWN_DOCUMENTS) return 'tax_id_or_certificate';
  return taxId === null ? 'documents' : 'tax_id';
}
