import type { ConfidantPersonRequest, PersonRequest } from '../../domain/person/person-request';
import type { RegisteredPerson } from '../person.repository';

/** A person as the answer shows him: what was signed without the secret, and the names of the confidant. */
export interface AnsweredPerson extends Omit<PersonRequest, 'secret' | 'confidant_person'> {
  readonly confidant_person: ConfidantPersonRequest & {
    readonly first_name: string;
    readonly last_name: string;
    readonly second_name: string | null;
  };
}

/** The confidant's names are not masked: he is the one who signed. */
export function answerPerson(
  { secret: _, ...person }: PersonRequest,
  confidant: RegisteredPerson,
): AnsweredPerson {
  const { firstName, lastName, secondName } = confidant;
  const names = { first_name: firstName, last_name: lastName, second_name: secondName };
  return { ...person, confidant_person: { ...person.confidant_person, ...names } };
}
