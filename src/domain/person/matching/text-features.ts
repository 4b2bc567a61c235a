import { distance } from 'fastest-levenshtein';
import {
  FIRST_NAME_LIMITS,
  FLAG_BINS,
  LAST_NAME_LIMITS,
  SECOND_NAME_LIMITS,
  TAX_ID_LIMITS,
  type BinLimitsOrMissing,
} from './bin-limits.table';
import { binOf } from './bin-of';
import type { ComparedPerson } from './compared-person';
import type { Bin } from './person-match-model.table';

export function firstNameBin(one: ComparedPerson, other: ComparedPerson): Bin<'d_first_name_bin'> {
  return binOf(distance(one.firstName, other.firstName), FIRST_NAME_LIMITS);
}

export function lastNameBin(one: ComparedPerson, other: ComparedPerson): Bin<'d_last_name_bin'> {
  return binOf(distance(one.lastName, other.lastName), LAST_NAME_LIMITS);
}

export function secondNameBin(one: ComparedPerson, other: ComparedPerson): Bin<'d_second_name_bin'> {
  return binOfBoth(one.secondName, other.secondName, SECOND_NAME_LIMITS);
}

export function taxIdBin(one: ComparedPerson, other: ComparedPerson): Bin<'d_tax_id_bin'> {
  return binOfBoth(one.taxId, other.taxId, TAX_ID_LIMITS);
}

/** The settlement of birth may be told with its district: the shorter one then stands inside the longer one. */
export function birthSettlementBin(
  { birthSettlement: one }: ComparedPerson,
  { birthSettlement: other }: ComparedPerson,
): Bin<'birth_settlement_substr_bin'> {
  const { alike, unlike } = FLAG_BINS.birth_settlement_substr_bin;
  if (one === null || other === null) return unlike;
  return one.includes(other) || other.includes(one) ? alike : unlike;
}

export function residenceSettlementBin(
  { residenceSettlement: one }: ComparedPerson,
  { residenceSettlement: other }: ComparedPerson,
): Bin<'residence_settlement_flag_bin'> {
  const { alike, unlike } = FLAG_BINS.residence_settlement_flag_bin;
  return one !== null && one === other ? alike : unlike;
}

/** Two persons of whom neither has such a phone have no equal phone. */
export function otpPhonesBin(
  one: ComparedPerson,
  other: ComparedPerson,
): Bin<'authentication_methods_flag_bin'> {
  const { alike, unlike } = FLAG_BINS.authentication_methods_flag_bin;
  return one.otpPhones.some((phone) => other.otpPhones.includes(phone)) ? alike : unlike;
}

export function genderBin(one: ComparedPerson, other: ComparedPerson): Bin<'gender_flag_bin'> {
  const { alike, unlike } = FLAG_BINS.gender_flag_bin;
  return one.gender === other.gender ? alike : unlike;
}

function binOfBoth<B extends string>(
  one: string | null,
  other: string | null,
  limits: BinLimitsOrMissing<B>,
): B {
  return one === null || other === null ? limits.missing : binOf(distance(one, other), limits);
}
