import { comparedPerson, type MatchingPerson } from './matching-person';
import {
  documentsBin,
  sameNumberBin,
  twinsBin,
  birthSettlementBin,
  firstNameBin,
  genderBin,
  lastNameBin,
  otpPhonesBin,
  residenceSettlementBin,
  secondNameBin,
  taxIdBin,
} from './match-features';
import { PERSON_MATCH_MODEL, type Bins, type Feature } from './match-model.table';

/** The published service rounds scores to so many digits. */
const DECIMALS = 5;

/** The probability that the two are one person, from 0 to 1. */
export function matchScore(one: MatchingPerson, other: MatchingPerson): number {
  return scoreOfBins(binsOf(one, other));
}

/** The bin of each feature of the pair. The order of the two makes no difference. */
export function binsOf(person: MatchingPerson, otherPerson: MatchingPerson): Bins {
  const [one, other] = [comparedPerson(person), comparedPerson(otherPerson)];
  return {
    d_first_name_bin: firstNameBin(one, other),
    d_last_name_bin: lastNameBin(one, other),
    d_second_name_bin: secondNameBin(one, other),
    d_documents_bin: documentsBin(one, other),
    docs_same_number_bin: sameNumberBin(one, other),
    birth_settlement_substr_bin: birthSettlementBin(one, other),
    d_tax_id_bin: taxIdBin(one, other),
    authentication_methods_flag_bin: otpPhonesBin(one, other),
    residence_settlement_flag_bin: residenceSettlementBin(one, other),
    gender_flag_bin: genderBin(one, other),
    twins_flag_bin: twinsBin(one, other),
  };
}

/** The logistic regression of the model, rounded as the published service rounds. */
export function scoreOfBins(bins: Bins): number {
  const { intercept, coefficients } = PERSON_MATCH_MODEL;
  const features = Object.keys(coefficients) as Feature[];
  const sum = features.reduce<number>(
    (total, feature) => total + coefficients[feature] * weightOf(feature, bins),
    intercept,
  );
  return Number((1 / (1 + Math.exp(-sum))).toFixed(DECIMALS));
}

function weightOf(feature: Feature, bins: Bins): number {
  const weights: Readonly<Record<string, number>> = PERSON_MATCH_MODEL.weightOfEvidence[feature];
  const weight = weights[bins[feature]];
  if (weight === undefined) throw new Error(`The model has no weight for a bin of ${feature}.`);
  return weight;
}
