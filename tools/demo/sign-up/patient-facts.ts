import { type StreamName, STREAMS } from '../../../src/domain/verification/stream';
import { columns } from '../terminal';
import { createHash } from 'node:crypto';
import { dayInKyiv, type IsoDay } from '../../../src/domain/calendar-day';
import { maskedNumber } from '../../../src/domain/person/masking';
import type { PersonRequest } from '../../../src/domain/person/person-request';
import { ALIAS } from './invented-patients';
import type { Patient } from './patient.repository';
import type { Registered } from './sign-up-client';

/** The expected status and reason of all nine streams of a new patient. */
export type InitialStreams = Readonly<Record<StreamName, string>>;

const NO_DATA = 'VERIFICATION_NOT_NEEDED/AUTO_DATA_ABSENT';

const TO_ASK = 'VERIFICATION_NEEDED/ONLINE_TRIGGERED';

/** Every patient whom a confidant signs up. */
const EVERY_PATIENT = {
  nhs: 'NOT_VERIFIED/DOCUMENTS_TRIGGERED',
  dracs_death: TO_ASK,
  dracs_name_change: 'VERIFICATION_NOT_NEEDED/INITIAL',
  legal_capacity: NO_DATA,
  unzr: NO_DATA,
} as const;

/**
 * Written down from the rules and not computed by them, so that the demo notices when the program does something else: a
 * child of five with a birth certificate, and a teenager of fifteen with a passport and a tax number.
 */
export const PATIENT_STREAMS = {
  child: {
    ...EVERY_PATIENT,
    drfo: NO_DATA,
    dracs_birth: TO_ASK,
    mvs_passport: NO_DATA,
    dms_passport: NO_DATA,
  },
  teenager: {
    ...EVERY_PATIENT,
    drfo: TO_ASK,
    dracs_birth: NO_DATA,
    mvs_passport: TO_ASK,
    dms_passport: TO_ASK,
  },
} as const satisfies Record<string, InitialStreams>;

/** The sum of the streams of both: one stream is NOT_VERIFIED, which does not block them. */
export const PATIENT_SUM = 'CHANGES_NEEDED';

/** The initial status of a relationship that a birth certificate proves. */
export const NEW_RELATIONSHIP = 'VERIFICATION_NEEDED/ONLINE_TRIGGERED';

/** The status of dms_passport after a run that did not find the passport, and the row. */
export const CHECKED_PASSPORT = 'VERIFIED/AUTO_VALID by S6';

/** A value that was found and the expected one. Both are masked. */
export interface Fact {
  readonly of: string;
  readonly found: string;
  readonly expected: string;
}

export function isSo({ found, expected }: Fact): boolean {
  return found === expected;
}

/** One line a fact, wrapped where it is long; a wrong one has the expected value. */
export function factLines(facts: readonly Fact[]): string {
  const rows = facts.map((fact) => [
    `   ${fact.of}`,
    isSo(fact) ? fact.found : `${fact.found} WRONG, expected: ${fact.expected}`,
  ]);
  return columns(rows);
}

/** A patient who was signed up, and what is expected. */
export interface SignedUp {
  readonly request: PersonRequest;
  readonly answer: Registered;
  readonly streams: InitialStreams;
}

/** Ages of the law, written down for the same reason as the streams. */
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
  const found = relationships.map(({ confidant_person_id: id, relation_type: type, pair, active_to: end }) =>
    [type, who(id, request), pair, `to ${String(end)}`].join(', '),
  );
  const end = yearsAfter(request.birth_date, FULL_CAPACITY_AGE);
  return {
    of: 'relationship',
    found: listed(found),
    expected: `PRIMARY, the one who signed, ${NEW_RELATIONSHIP}, to ${end}`,
  };
}

function methodFact({ request, streams }: SignedUp, { methods }: Patient): Fact {
  const found = methods.map(({ type, value, alias, ended_at: end }) =>
    [type, who(value, request), `“${alias ?? ''}”`, lastDay(end)].join(', '),
  );
  // A patient with a passport is old enough: their method has no end.
  const isYoung = streams.dms_passport.startsWith('VERIFICATION_NOT_NEEDED');
  const end = isYoung ? `until ${yearsAfter(request.birth_date, SELF_AUTH_AGE)}` : 'without end';
  return {
    of: 'method',
    found: listed(found),
    expected: `THIRD_PERSON, the one who signed, “${ALIAS}”, ${end}`,
  };
}

function userFact({ request, answer }: SignedUp, { users }: Patient): Fact {
  const found = users.map(({ id, tax_id: taxId }) => `${id}, ${taxNumber(taxId)}`);
  const expected = `${answer.user.id}, ${taxNumber(request.tax_id ?? null)}`;
  return { of: 'user', found: listed(found), expected };
}

/** The token itself is not stored. */
function tokenFact({ answer }: SignedUp, { tokens }: Patient): Fact {
  const hash = createHash('sha256').update(answer.access_token).digest('hex');
  const found = tokens.map(({ value_hash: kept, scope }) =>
    kept === hash ? `its SHA-256, scope ${scope}` : 'something else',
  );
  return { of: 'access token', found: listed(found), expected: `its SHA-256, scope ${SCOPE}` };
}

function who(id: string, { confidant_person: { person_id: confidant } }: PersonRequest): string {
  return id === confidant ? 'the one who signed' : 'another person';
}

function taxNumber(taxId: string | null): string {
  return taxId === null ? 'without tax number' : `tax number ${maskedNumber(taxId)}`;
}

/** A method ends with the last second of a day in Kyiv. */
function lastDay(end: Date | null): string {
  if (end === null) return 'without end';
  const next = dayInKyiv(new Date(end.getTime() + SECOND_MS));
  return dayInKyiv(end) === next ? 'until the middle of a day' : `until ${next}`;
}

/** Nobody in the demo is born at the end of February, so every year has the day. */
function yearsAfter(birthDate: IsoDay, years: number): IsoDay {
  return birthDate.replace(/^\d{4}/, (year) => String(Number(year) + years));
}

function listed(found: readonly string[]): string {
  return found.length === 0 ? 'none' : found.join(' and ');
}
