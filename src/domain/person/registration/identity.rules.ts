import { dayOfReachingAge } from '../age';
import { faultIf, type RuleGroup } from './rule-group';

/** Nobody has reached it; an older birth date is a slip of the pen. */
const OLDEST_YEARS = 150;

export const birthDateIsPossible: RuleGroup = ({ person, today }) => {
  const birthDate = person.birth_date;
  // The future is looked at first: a far one has no day of reaching an age that the calendar could write.
  const isBroken = birthDate > today || dayOfReachingAge(birthDate, OLDEST_YEARS) < today;
  return faultIf(isBroken, 'birth_date', 'Invalid birth date');
};

export const taxIdIsGivenOrRefused: RuleGroup = ({ person, ageYears, parameters }) => {
  const isMissing = !person.no_tax_id && person.tax_id === undefined;
  return faultIf(
    isMissing && ageYears >= parameters.noSelfAuthAge,
    'tax_id',
    'Only persons who refused the tax_id could be without tax_id',
  );
};

export const refusedTaxIdIsNotGiven: RuleGroup = ({ person }) =>
  faultIf(
    person.no_tax_id && person.tax_id !== undefined,
    'tax_id',
    'Persons who refused the tax_id should be without tax_id',
  );

/** The card is issued from the demographic register, so its holder has a number there. */
export const nationalIdHasUnzr: RuleGroup = ({ person }) =>
  faultIf(
    person.unzr === undefined && person.documents.some(({ type }) => type === 'NATIONAL_ID'),
    'unzr',
    'unzr is mandatory for document type NATIONAL_ID',
  );
