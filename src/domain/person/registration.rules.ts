import type { IsoDay } from '../calendar-day';
import type { FieldFault } from '../refusal';
import { ageInYears } from './age';
import type { PersonRequest } from './person-request';
import type { RegistrationParameters } from './registration-parameters';
import { relationshipEndsLater, residenceIsOne, typesAreDifferent } from './registration/contacts.rules';
import {
  documentIsIssued,
  documentIsIssuedAfterBirth,
  documentIsNotExpired,
  expiringDocumentSaysWhen,
} from './registration/document-dates.rules';
import {
  olderPersonHasDocumentOfHisOwn,
  childHasCertificateOfBirth,
  legalCapacityIsProvedOnce,
  legalCapacityIsProvedUnderAge,
  passportIsOldOrNew,
  typeIsForRegistration,
} from './registration/document-types.rules';
import {
  birthDateIsPossible,
  nationalIdHasUnzr,
  refusedTaxIdIsNotGiven,
  taxIdIsGivenOrRefused,
} from './registration/identity.rules';
import type { RuleGroup } from './registration/rule-group';

/** The published rules about the person, row by row in their order. */
const GROUPS: readonly RuleGroup[] = [
  birthDateIsPossible,
  taxIdIsGivenOrRefused,
  refusedTaxIdIsNotGiven,
  nationalIdHasUnzr,
  typeIsForRegistration,
  legalCapacityIsProvedUnderAge,
  legalCapacityIsProvedOnce,
  childHasCertificateOfBirth,
  olderPersonHasDocumentOfHisOwn,
  typesAreDifferent,
  passportIsOldOrNew,
  documentIsIssued,
  documentIsIssuedAfterBirth,
  documentIsNotExpired,
  expiringDocumentSaysWhen,
  residenceIsOne,
  relationshipEndsLater,
];

/** On what day and by which parameters somebody is registered. */
export interface RegistrationFacts {
  readonly today: IsoDay;
  readonly parameters: RegistrationParameters;
}

/**
 * All faults of the first row that is broken; none when the person may be registered. Later rows are not asked: they
 * rely on the earlier ones, as an age relies on a possible birth date.
 */
export function faultsOfPerson(
  person: PersonRequest,
  { today, parameters }: RegistrationFacts,
): readonly FieldFault[] {
  const registration = { person, today, parameters, ageYears: ageInYears(person.birth_date, today) };
  for (const group of GROUPS) {
    const faults = group(registration);
    if (faults.length > 0) return faults;
  }
  return [];
}
