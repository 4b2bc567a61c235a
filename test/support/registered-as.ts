import type { MatchingPerson } from '../../src/domain/person/matching/compared-person';
import type { SignUpContent } from '../../src/domain/person/person-request';
import { aPerson, type PersonBuilder } from './builders';

/** The same person as in the content, registered by somebody else: everything by which he is compared is equal. */
export function registeredAs({ person }: SignUpContent): PersonBuilder {
  const builder = aPerson()
    .named(person.last_name, person.first_name, person.second_name ?? null)
    .bornOn(person.birth_date)
    .bornIn(person.birth_settlement)
    .withAddress({ settlement: person.addresses[0]?.settlement ?? '' });
  for (const { type, number } of person.documents) builder.withDocument(type, number);
  return person.tax_id === undefined ? builder : builder.withTaxId(person.tax_id);
}

/** What the person of the content is compared by. */
export function comparedIn({ person }: SignUpContent): MatchingPerson {
  return {
    firstName: person.first_name,
    lastName: person.last_name,
    secondName: person.second_name ?? null,
    birthDate: person.birth_date,
    birthSettlement: person.birth_settlement,
    gender: person.gender,
    taxId: person.tax_id ?? null,
    documents: person.documents,
    otpPhones: [],
    residenceSettlement: person.addresses[0]?.settlement ?? null,
  };
}
