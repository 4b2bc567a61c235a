import { binsOf } from '../../src/domain/person/matching/match-score';
import type { MatchingDocument, MatchingPerson } from '../../src/domain/person/matching/compared-person';
import type { Feature } from '../../src/domain/person/matching/match-model.table';

const NOBODY: MatchingPerson = {
  firstName: 'Волошка',
  lastName: 'Чорнобривець',
  secondName: null,
  birthDate: '2019-05-06',
  birthSettlement: 'Калинопіль',
  gender: 'FEMALE',
  taxId: null,
  documents: [],
  otpPhones: [],
  residenceSettlement: null,
};

export type Facts = Partial<MatchingPerson>;

/** The bin of a feature for two persons of whom only what matters is said; in all else they are the same. */
export function binOfPair(feature: Feature, one: Facts, other: Facts): string {
  return binsOf({ ...NOBODY, ...one }, { ...NOBODY, ...other })[feature];
}

export const certificate = (number: string): MatchingDocument => ({ type: 'BIRTH_CERTIFICATE', number });
export const passport = (number: string): MatchingDocument => ({ type: 'PASSPORT', number });
export const foreign = (number: string): MatchingDocument => ({ type: 'BIRTH_CERTIFICATE_FOREIGN', number });
