import { maskedName, maskedNumber } from '../../../src/domain/person/masking';
import type { MadeUpConfidant } from './made-up-confidant';
import type { Registered, Validated } from './sign-up-calls';

const ALGORITHMS = { ecdsa: 'ECDSA', dstu: 'DSTU 4145 with GOST 34.311' } as const;

/** What the demo signs with: what every library knows, and what real КЕП use. */
export type ShownAlgorithm = keyof typeof ALGORITHMS;

interface Signed {
  readonly confidant: MadeUpConfidant;
  readonly algorithm: ShownAlgorithm;
  readonly contentBytes: number;
}

/** What the confidant does before any call. */
export function signedLines({ confidant, algorithm, contentBytes }: Signed): string {
  const { person, drfo } = confidant;
  const who = `${maskedName(person.name)}, drfo ${maskedNumber(drfo)},`;
  return `1  ${who} signs ${contentBytes} bytes about the patient with ${ALGORITHMS[algorithm]}`;
}

/** The answer of step 1. */
export function validatedLines({ person, token }: Validated): string {
  return [
    '2  POST /api/pis/confidant/sign-up_validation → 200',
    `   person: ${patient(person)}`,
    `   token: ${shortened(token)}`,
  ].join('\n');
}

/** The answer of step 2. */
export function registeredLines({ person, user, access_token: token }: Registered): string {
  const taxId = user.tax_id === '' ? '' : `, tax_id ${maskedNumber(user.tax_id)}`;
  return [
    '3  POST /api/pis/confidant/register → 201',
    `   person: ${person.id}, ${patient(person)}`,
    `   user: ${user.id}${taxId}`,
    `   access_token: ${shortened(token)}`,
  ].join('\n');
}

function patient({ first_name, last_name, second_name, documents }: Validated['person']): string {
  const name = maskedName({ firstName: first_name, lastName: last_name, secondName: second_name ?? null });
  const held = documents.map(({ type, number }) => `${type} ${maskedNumber(number)}`);
  return [name, ...held].join(', ');
}

/** Nobody can do anything with so much of a token. */
const SHOWN_SYMBOLS = 6;

function shortened(token: string): string {
  return `${token.slice(0, SHOWN_SYMBOLS)}… (${token.length} symbols)`;
}
