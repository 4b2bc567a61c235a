import { type IsoDay, ageInYears } from '../../calendar-day';
import type { DocumentType } from '../dictionaries';
import { type PersonRequest, savedName } from '../person-request';
import { type MatchingDocument, digitsOf } from './compared-person';

/** Everything by which a request may meet a person who is registered already. */
export interface SearchKeys {
  readonly birthDate: IsoDay;
  readonly taxId: string | null;
  readonly lastName: string;
  /** The digits of each BIRTH_CERTIFICATE that has any. */
  readonly certificateDigits: readonly string[];
  /** The documents whose type and number tell whose they are. */
  readonly documents: readonly MatchingDocument[];
}

/** Which of the keys count is a matter of age. */
export type LookUp = 'tax_id_or_certificate' | 'tax_id' | 'documents';

/** Fixed by the published algorithm of the search; the parameter of registration with the same value is another thing. */
const AGE_OF_OWN_DOCUMENTS = 14;

/** The keys of a person. A BIRTH_CERTIFICATE without digits is none: "БЕЗ НОМЕРА" is written on many. */
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

/** How somebody of this age is looked for. */
export function lookUpOf({ birthDate, taxId }: SearchKeys, today: IsoDay): LookUp {
  if (ageInYears(birthDate, today) < AGE_OF_OWN_DOCUMENTS) return 'tax_id_or_certificate';
  return taxId === null ? 'documents' : 'tax_id';
}
