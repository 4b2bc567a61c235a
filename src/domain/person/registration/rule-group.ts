import type { IsoDay } from '../../calendar-day';
import type { FieldFault } from '../../refusal';
import type { DocumentRequest, PersonRequest } from '../person-request';
import type { RegistrationParameters } from '../registration-parameters';

/** What the rules look at. The day is told to them, and with it the age. */
export interface Registration {
  readonly person: PersonRequest;
  readonly ageYears: number;
  readonly today: IsoDay;
  readonly parameters: RegistrationParameters;
}

/** One row of the published rules: all its faults, or none. */
export type RuleGroup = (registration: Registration) => readonly FieldFault[];

/** A fault of a rule; `entry` continues `$.person.`. */
export function faultAt(entry: string, description: string, params: readonly string[] = []): FieldFault {
  return { entry: `$.person.${entry}`, rule: 'invalid', description, params };
}

/** One fault if the rule is broken. */
export function faultIf(isBroken: boolean, entry: string, description: string): FieldFault[] {
  return isBroken ? [faultAt(entry, description)] : [];
}

/** What can be wrong with one document. */
export interface DocumentRule {
  readonly field: keyof DocumentRequest;
  readonly isBroken: (document: DocumentRequest) => boolean;
  readonly says: string | ((document: DocumentRequest) => string);
}

/** A fault for every document that breaks the rule. */
export function faultsOfDocuments({ person }: Registration, rule: DocumentRule): FieldFault[] {
  const { field, isBroken, says } = rule;
  return person.documents.flatMap((document, index) =>
    faultIf(
      isBroken(document),
      `documents.[${index}].${field}`,
      typeof says === 'string' ? says : says(document),
    ),
  );
}
