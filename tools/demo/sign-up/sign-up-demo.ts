import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SYSTEM_CLOCK } from '../../../src/config/settings.module';
import { dayInKyiv } from '../../../src/domain/calendar-day';
import type { SignUpContent } from '../../../src/domain/person/person-request';
import type { TestAuthority } from '../../test-authority';
import { DemoFailed } from '../clean-up';
import { print, printTitle, printVerdict } from '../terminal';
import {
  type Fact,
  factLines,
  isSo,
  factsOfPatient,
  CHECKED_PASSPORT,
  PATIENT_STREAMS,
} from './patient-facts';
import { type InventedConfidant, childOf, teenagerOf } from './invented-patients';
import type { Patient, PatientRepository } from './patient.repository';
import type { Registered, SignedBody, SignUpClient, Validated } from './sign-up-client';
import { maskedName, maskedNumber } from '../../../src/domain/person/masking';

/** What the demo of a sign-up needs. */
export interface SignUpDemo {
  readonly calls: SignUpClient;
  readonly patients: PatientRepository;
  readonly authority: TestAuthority;
  readonly confidant: InventedConfidant;
  /** Where the program keeps signed content. */
  readonly bucketFolder: string;
  /** How many persons are due and do not wait for a retry. */
  readonly due: () => Promise<number | null>;
  /** One whole run of the DMS check. */
  readonly runAgain: () => Promise<unknown>;
}

/** Signs a child up, step by step, and then a teenager with a passport. True when everything is as the rules say. */
export async function showSignUp(demo: SignUpDemo): Promise<boolean> {
  const today = dayInKyiv(SYSTEM_CLOCK());
  const childContent = childOf(demo.confidant, today);
  print('');
  printTitle('A sign-up, step by step:');
  print('');
  const child = await signUp(demo, childContent, 'ecdsa');
  print('', '   In the tables:');
  const isChildRight = show([
    ...factsOfPatient(
      { request: childContent.person, answer: child.answer, streams: PATIENT_STREAMS.child },
      child.patient,
    ),
    await signedContentFact(demo, child),
  ]);
  const isRepeatHarmless = await showRepeat(demo, child);
  const isTeenagerRight = await showTeenager(demo, teenagerOf(demo.confidant, today));
  const isRight = isChildRight && isRepeatHarmless && isTeenagerRight;
  print('');
  printVerdict(
    isRight,
    isRight ? 'Both were signed up as the rules say.' : 'The sign-up did not do what the rules say.',
  );
  return isRight;
}

interface SignUp {
  readonly signed: SignedBody;
  readonly container: Buffer;
  readonly session: string;
  readonly answer: Registered;
  readonly patient: Patient;
}

/** Both steps, each printed when it is done. */
async function signUp(demo: SignUpDemo, content: SignUpContent, algorithm: ShownAlgorithm): Promise<SignUp> {
  const { authority, calls, confidant } = demo;
  const { lastName: surname, firstName: givenName } = confidant.person.name;
  const json = JSON.stringify(content);
  const by = { drfo: confidant.drfo, surname, givenName, algorithm, signedAt: SYSTEM_CLOCK() };
  const container = authority.sign(json, by);
  print(signedLines({ confidant, algorithm, contentBytes: Buffer.byteLength(json) }));
  const signed = { signed_content: container.toString('base64'), signed_content_encoding: 'base64' } as const;
  const validated = await calls.validate(signed);
  print(validatedLines(validated));
  const answer = await calls.register(signed, validated.token);
  print(registeredLines(answer));
  const patient = await found(demo, answer);
  return { signed, container, session: validated.token, answer, patient };
}

async function found({ patients }: SignUpDemo, { person: { id } }: Registered): Promise<Patient> {
  const patient = await patients.find(id);
  if (patient === undefined) throw new DemoFailed('The person of the answer is not in the tables.');
  return patient;
}

/** The request of a program that did not receive the first answer. */
async function showRepeat(demo: SignUpDemo, first: SignUp): Promise<boolean> {
  const again = await demo.calls.register(first.signed, first.session);
  const { relationships, methods, users, tokens } = await found(demo, again);
  print('', '4  The same content again, as after a lost answer');
  const same = (isSame: boolean): string => (isSame ? 'the same' : 'another one');
  return show([
    { of: 'person', found: same(again.person.id === first.answer.person.id), expected: 'the same' },
    { of: 'user', found: same(again.user.id === first.answer.user.id), expected: 'the same' },
    { of: 'relationships', found: String(relationships.length), expected: '1' },
    { of: 'methods', found: String(methods.length), expected: '1' },
    { of: 'users', found: String(users.length), expected: '1' },
    {
      of: 'access token',
      found: `${same(again.access_token === first.answer.access_token)}, ${tokens.length} in all`,
      expected: 'another one, 2 in all',
    },
  ]);
}

/** A patient with a passport is the first one whom the next run checks. */
async function showTeenager(demo: SignUpDemo, content: SignUpContent): Promise<boolean> {
  print('');
  printTitle('Another patient, fifteen years old, with a passport, signed as КЕП of 2026 are:');
  print('');
  const { answer, patient, container } = await signUp(demo, content, 'dstu-kupyna');
  const { person: request } = content;
  const facts = [
    ...factsOfPatient({ request, answer, streams: PATIENT_STREAMS.teenager }, patient),
    await signedContentFact(demo, { container, answer }),
  ];
  // Most facts are those of the child: only the others and the wrong ones are shown.
  const shown = ['dms_passport', 'method', 'user'];
  print('');
  const areRight = show(facts.filter((fact) => shown.includes(fact.of) || !isSo(fact)));
  const due = String(await demo.due());
  await demo.runAgain();
  const [after, row] = [await found(demo, answer), await demo.patients.lastRow(answer.person.id)];
  print('', '4  The next run of the DMS check');
  const isChecked = show([
    { of: 'due before all retries', found: `${due} person`, expected: '1 person' },
    {
      of: 'dms_passport',
      found: `${after.streams.dms_passport} by ${row ?? 'no row'}`,
      expected: CHECKED_PASSPORT,
    },
  ]);
  return areRight && isChecked;
}

type Kept = Pick<SignUp, 'container' | 'answer'>;

async function signedContentFact({ bucketFolder }: SignUpDemo, { container, answer }: Kept): Promise<Fact> {
  const key = `${answer.person.id}/signed_content`;
  const kept = await readFile(join(bucketFolder, key)).catch(() => undefined);
  const is = kept === undefined ? 'is missing' : 'differs';
  return {
    of: 'signed content',
    found: `${key} ${kept?.equals(container) === true ? 'is what was signed' : is}`,
    expected: `${key} is what was signed`,
  };
}

function show(facts: readonly Fact[]): boolean {
  print(factLines(facts));
  return facts.every(isSo);
}

const ALGORITHMS = { ecdsa: 'ECDSA', 'dstu-kupyna': 'DSTU 4145, Kupyna-256' } as const;

/** The algorithms of the demo: a common one, and the one of real КЕП. */
export type ShownAlgorithm = keyof typeof ALGORITHMS;

interface Signed {
  readonly confidant: InventedConfidant;
  readonly algorithm: ShownAlgorithm;
  readonly contentBytes: number;
}

/** What the confidant does before the calls. */
export function signedLines({ confidant, algorithm, contentBytes }: Signed): string {
  const { person, drfo } = confidant;
  const who = `${maskedName(person.name)}, drfo ${maskedNumber(drfo)},`;
  return `1  ${who} signs ${contentBytes} bytes with ${ALGORITHMS[algorithm]}`;
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
export function registeredLines({ person, user, access_token: token, access }: Registered): string {
  const taxId = user.tax_id === '' ? '' : `, tax_id ${maskedNumber(user.tax_id)}`;
  return [
    '3  POST /api/pis/confidant/register → 201',
    `   person: ${person.id}, ${patient(person)}`,
    `   user: ${user.id}${taxId}`,
    `   access_token: ${shortened(token)}`,
    `   access: ${access}`,
  ].join('\n');
}

function patient({ first_name, last_name, second_name, documents }: Validated['person']): string {
  const name = maskedName({ firstName: first_name, lastName: last_name, secondName: second_name ?? null });
  const held = documents.map(({ type, number }) => `${type} ${maskedNumber(number)}`);
  return [name, ...held].join(', ');
}

/** Too little of a token to be used. */
const SHOWN_SYMBOLS = 6;

function shortened(token: string): string {
  return `${token.slice(0, SHOWN_SYMBOLS)}… (${token.length} symbols)`;
}
