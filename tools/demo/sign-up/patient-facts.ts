import { type StreamName, STREAMS } from '../../../src/domain/verification/stream';
import { columns } from '../terminal';
import { createHash } from 'node:crypto';
import { dayInKyiv, type IsoDay } from '../../../src/domain/calendar-day';
import { maskedNumber } from '../../../src/domain/person/masking';
import type { PersonRequest } from '../../../src/domain/person/person-request';
import { ALIAS } from './invented-patients';
import type { Patient } from './patient.repository';
import type { Registered } from './sign-up-client';

/** How all nine streams of a new patient must begin: status and reason. */
export type BeginningStreams = Readonly<Record<StreamName, string>>;

const NO_DATA = 'VERIFICATION_NOT_NEEDED/AUTO_DATA_ABSENT';

const TO_BE_ASKED = 'VERIFICATION_NEEDED/ONLINE_TRIGGERED';

/** Everybody whom a confidant signs up: papers are wanted, the act of death is looked for, acts tell of a new name. */
const WHOEVER = {
  nhs: 'NOT_VERIFIED/DOCUMENTS_TRIGGERED',
  dracs_death: TO_BE_ASKED,
  dracs_name_change: 'VERIFICATION_NOT_NEEDED/INITIAL',
  legal_capacity: NO_DATA,
  unzr: NO_DATA,
} as const;

/**
 * Written down here from the rules and not computed by them, so that the demo notices when the program does something
 * else. A child of five with a certificate of birth, and somebody of fifteen with a passport and a tax number.
 */
export const PATIENT_STREAMS = {
  child: {
    ...WHOEVER,
    drfo: NO_DATA,
    dracs_birth: TO_BE_ASKED,
    mvs_passport: NO_DATA,
    dms_passport: NO_DATA,
  },
  teenager: {
    ...WHOEVER,
    drfo: TO_BE_ASKED,
    dracs_birth: NO_DATA,
    mvs_passport: TO_BE_ASKED,
    dms_passport: TO_BE_ASKED,
  },
} as const satisfies Record<string, BeginningStreams>;

/** What the streams of both add up to: one of them is NOT_VERIFIED, which blocks nobody. */
export const PATIENT_SUM = 'CHANGES_NEEDED';

/** How a relationship begins that a certificate of birth proves. */
export const NEW_RELATIONSHIP = 'VERIFICATION_NEEDED/ONLINE_TRIGGERED';

/** How dms_passport of somebody stands after a run that did not find his passport, and by which row. */
export const CHECKED_PASSPORT = 'VERIFIED/AUTO_VALID by S6';

/** Something that stands somewhere, and what must stand there. Neither tells more of a person than may be shown. */
export interface Fact {
  readonly of: string;
  readonly found: string;
  readonly expected: string;
}

export function isSo({ found, expected }: Fact): boolean {
  return found === expected;
}

/** One line a fact; what is not as it must be says so. */
export function factLines(facts: readonly Fact[]): string {
  const rows = facts.map((fact) => [
    `   ${fact.of}`,
    fact.found,
    isSo(fact) ? '' : `NOT SO, must be: ${fact.expected}`,
  ]);
  return columns(rows);
}

/** A patient who was signed up, and what must be true of him. */
export interface SignedUp {
  readonly request: PersonRequest;
  readonly answer: Registered;
  readonly streams: BeginningStreams;
}

/** Ages of the law, written down here for the same reason as the streams. */
const SELF_AUTH_AGE = 14;

const FULL_CAPACITY_AGE = 18;

const SCOPE = 'app:authorize';

const SECOND_MS = 1000;

/** Everything that follows from a sign-up, found and expected. */
export function factsOfPatient(signedUp: SignedUp, patient: Patient): Fact[] {
  return [
    { of: 'all streams', found: String(patient.sum), expected: PATIENT_SUM },
    ...STREAMS.map((stream) => ({
      of: stream,
      found: patient.streams[stream],
      expected: signedUp.streams[stream],
    })),
    relationshipFact(signedUp, patient),
    methodFact(signedUp, patient),
    userFact(signedUp, patient),
    tokenFact(signedUp, patient),
  ];
}

function relationshipFact({ request }: SignedUp, { relationships }: Patient): Fact {
  const told = relationships.map(({ confidant_person_id: id, relation_type: type, pair, active_to: end }) =>
    [type, who(id, request), pair, `to ${String(end)}`].join(', '),
  );
  const end = yearsAfter(request.birth_date, FULL_CAPACITY_AGE);
  return {
    of: 'relationship',
    found: listed(told),
    expected: `PRIMARY, the one who signed, ${NEW_RELATIONSHIP}, to ${end}`,
  };
}

function methodFact({ request, streams }: SignedUp, { methods }: Patient): Fact {
  const told = methods.map(({ type, value, alias, ended_at: end }) =>
    [type, who(value, request), `“${alias ?? ''}”`, lastDay(end)].join(', '),
  );
  // Who is asked about a passport is old enough to prove himself one day with no end of the method.
  const isYoung = streams.dms_passport.startsWith('VERIFICATION_NOT_NEEDED');
  const end = isYoung ? `until ${yearsAfter(request.birth_date, SELF_AUTH_AGE)}` : 'without end';
  return {
    of: 'method',
    found: listed(told),
    expected: `THIRD_PERSON, the one who signed, “${ALIAS}”, ${end}`,
  };
}

function userFact({ request, answer }: SignedUp, { users }: Patient): Fact {
  const told = users.map(({ id, tax_id: taxId }) => `${id}, ${taxNumber(taxId)}`);
  const expected = `${answer.user.id}, ${taxNumber(request.tax_id ?? null)}`;
  return { of: 'user', found: listed(told), expected };
}

/** The token itself is nowhere. */
function tokenFact({ answer }: SignedUp, { tokens }: Patient): Fact {
  const hash = createHash('sha256').update(answer.access_token).digest('hex');
  const told = tokens.map(({ value_hash: kept, scope }) =>
    kept === hash ? `its SHA-256, scope ${scope}` : 'something else',
  );
  return { of: 'access token', found: listed(told), expected: `its SHA-256, scope ${SCOPE}` };
}

function who(id: string, { confidant_person: { person_id: confidant } }: PersonRequest): string {
  return id === confidant ? 'the one who signed' : 'somebody else';
}

function taxNumber(taxId: string | null): string {
  return taxId === null ? 'without tax number' : `tax number ${maskedNumber(taxId)}`;
}

/** A method ends with the last second of a day, by the clocks of Kyiv: a second later another day has begun. */
function lastDay(end: Date | null): string {
  if (end === null) return 'without end';
  const next = dayInKyiv(new Date(end.getTime() + SECOND_MS));
  return dayInKyiv(end) === next ? 'until the middle of a day' : `until ${next}`;
}

/** Nobody of the demo is born at the end of February, so every year has the day. */
function yearsAfter(birthDate: IsoDay, years: number): IsoDay {
  return birthDate.replace(/^\d{4}/, (year) => String(Number(year) + years));
}

function listed(told: readonly string[]): string {
  return told.length === 0 ? 'none' : told.join(' and ');
}
