import { calendarDay, type IsoDay } from '../../src/domain/calendar-day';
import { type RegistrationParameters, faultsOfPerson } from '../../src/domain/person/registration.rules';
import type { FieldFault } from '../../src/domain/refusal';
import { USUAL_PARAMETERS } from './registration-parameters';
import { aSignUpContent, type SignUpContentBuilder } from './sign-up-content';

/** The day on which the rules of registration are asked, unless a test names another. */
export const RULES_DAY = '2026-03-10';

/** A day before or after another one. */
export const dayAfter = (day: IsoDay, days: number): IsoDay => calendarDay(day).add({ days }).toString();

/** A child of five. */
export const aChild = (): SignUpContentBuilder => aSignUpContent(RULES_DAY);

/** Sixteen, with a tax number and a document of his own. */
export const anAdolescent = (): SignUpContentBuilder =>
  aChild().aged(16).withTaxId('0000000017').withOnlyDocument('PASSPORT');

/** What the rules of registration say. */
export function faultsOf(
  content: SignUpContentBuilder,
  today: IsoDay = RULES_DAY,
  changed: Partial<RegistrationParameters> = {},
): readonly FieldFault[] {
  const parameters = { ...USUAL_PARAMETERS, ...changed };
  return faultsOfPerson(content.build().person, { today, parameters });
}

/** The same as pairs: where, and in which words. */
export function told(...given: Parameters<typeof faultsOf>): [entry: string, description: string][] {
  return faultsOf(...given).map(({ entry, description }) => [entry, description]);
}
