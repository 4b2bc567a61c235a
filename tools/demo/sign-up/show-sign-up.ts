import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SYSTEM_CLOCK } from '../../../src/config/clock';
import { dayInKyiv } from '../../../src/domain/calendar-day';
import type { SignUpContent } from '../../../src/domain/person/person-request';
import type { TestAuthority } from '../../test-authority';
import { DemoFailed } from '../demo-failed';
import { print } from '../say';
import { type Fact, factLines, isSo } from './fact';
import { factsOfPatient } from './facts-of-patient';
import type { MadeUpConfidant } from './made-up-confidant';
import { childOf, teenagerOf } from './made-up-patients';
import { CHECKED_PASSPORT, PATIENT_STREAMS } from './patient-states.table';
import type { Patient, PatientRepository } from './patient.repository';
import { registeredLines, type ShownAlgorithm, signedLines, validatedLines } from './print-steps';
import type { Registered, SignedBody, SignUpCalls } from './sign-up-calls';

/** What a sign-up is shown with. */
export interface SignUpScene {
  readonly calls: SignUpCalls;
  readonly patients: PatientRepository;
  readonly authority: TestAuthority;
  readonly confidant: MadeUpConfidant;
  /** Where the program keeps signed content. */
  readonly bucketFolder: string;
  /** How many the register is to be asked about who wait for nothing. */
  readonly due: () => Promise<number | null>;
  /** One whole run of the DMS check. */
  readonly runAgain: () => Promise<unknown>;
}

/** Signs a child up, step by step, and then somebody with a passport. True when everything is as the rules say. */
export async function showSignUp(scene: SignUpScene): Promise<boolean> {
  const today = dayInKyiv(SYSTEM_CLOCK());
  const childContent = childOf(scene.confidant, today);
  print('', 'A sign-up, step by step:', '');
  const child = await signUp(scene, childContent, 'ecdsa');
  print('', '   What stands in the tables:');
  const isChildRight = show([
    ...factsOfPatient(
      { request: childContent.person, answer: child.answer, streams: PATIENT_STREAMS.child },
      child.patient,
    ),
    await signedContentFact(scene, child),
  ]);
  const isRepeatHarmless = await showRepeat(scene, child);
  const isTeenagerRight = await showTeenager(scene, teenagerOf(scene.confidant, today));
  const isRight = isChildRight && isRepeatHarmless && isTeenagerRight;
  print('', isRight ? 'Both were signed up as the rules say.' : 'The sign-up did not do what the rules say.');
  return isRight;
}

interface SignUp {
  readonly signed: SignedBody;
  readonly container: Buffer;
  readonly session: string;
  readonly answer: Registered;
  readonly patient: Patient;
}

/** Both steps, each shown as it is done. */
async function signUp(
  scene: SignUpScene,
  content: SignUpContent,
  algorithm: ShownAlgorithm,
): Promise<SignUp> {
  const { authority, calls, confidant } = scene;
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
  const patient = await found(scene, answer);
  return { signed, container, session: validated.token, answer, patient };
}

async function found({ patients }: SignUpScene, { person: { id } }: Registered): Promise<Patient> {
  const patient = await patients.find(id);
  if (patient === undefined)
    throw new DemoFailed('The person who was answered does not stand in the tables.');
  return patient;
}

/** What a program does whose first answer was lost on the way. */
async function showRepeat(scene: SignUpScene, first: SignUp): Promise<boolean> {
  const again = await scene.calls.register(first.signed, first.session);
  const { relationships, methods, users, tokens } = await found(scene, again);
  print('', '4  The same content once more, as after a lost answer');
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

/** Whoever signs up with a passport is the first whom the next run asks about. */
async function showTeenager(scene: SignUpScene, content: SignUpContent): Promise<boolean> {
  print('', 'Another one, fifteen years old and with a passport, signed with the national algorithm:', '');
  const { answer, patient, container } = await signUp(scene, content, 'dstu');
  const { person: request } = content;
  const facts = [
    ...factsOfPatient({ request, answer, streams: PATIENT_STREAMS.teenager }, patient),
    await signedContentFact(scene, { container, answer }),
  ];
  // Most of it is as with the child: what is told is what differs, and what is wrong.
  const told = ['dms_passport', 'method', 'user'];
  print('');
  const areRight = show(facts.filter((fact) => told.includes(fact.of) || !isSo(fact)));
  const due = String(await scene.due());
  await scene.runAgain();
  const [after, row] = [await found(scene, answer), await scene.patients.lastRow(answer.person.id)];
  print('', '4  The next run of the DMS check');
  const isChecked = show([
    { of: 'taken before all who wait for a retry', found: `${due} person`, expected: '1 person' },
    {
      of: 'dms_passport',
      found: `${after.streams.dms_passport} by ${row ?? 'no row'}`,
      expected: CHECKED_PASSPORT,
    },
  ]);
  return areRight && isChecked;
}

type Kept = Pick<SignUp, 'container' | 'answer'>;

async function signedContentFact({ bucketFolder }: SignUpScene, { container, answer }: Kept): Promise<Fact> {
  const key = `${answer.person.id}/signed_content`;
  const kept = await readFile(join(bucketFolder, key)).catch(() => undefined);
  const is = kept === undefined ? 'is not there' : 'is another one';
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
