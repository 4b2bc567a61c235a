import { DEMO_ID_BEGINS, type MadeUpPerson } from '../make-people';
import { PERSON_CASES } from '../person-cases.table';

/** Somebody of the demo who signs others up. */
export interface MadeUpConfidant {
  readonly person: MadeUpPerson;
  readonly userId: string;
  /** His tax number, by which his signature is known. */
  readonly drfo: string;
  readonly phone: string;
}

const USER_ID = `${DEMO_ID_BEGINS}000000000001`;
/** A tax number begins with the days since 1900, and nobody born in that year is alive. */
const DRFO = '0001700012';
/** No operator has this code. */
const PHONE = '+380000000012';

/** The first person with a good passport: the run finds him verified. */
export function confidantAmong(persons: readonly MadeUpPerson[]): MadeUpConfidant {
  const person = persons.find((one) => one.case === PERSON_CASES.valid);
  if (person === undefined) throw new Error('The demo has nobody with a good passport.');
  return { person, userId: USER_ID, drfo: DRFO, phone: PHONE };
}
