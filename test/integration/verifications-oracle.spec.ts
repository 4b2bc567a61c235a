import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dayInKyiv } from '../../src/domain/calendar-day';
import { chosenDocument, parsePassportNumber } from '../../src/domain/person/document.rules';
import { cumulativeStatusOf } from '../../src/domain/verification/cumulative-status.rules';
import type { StreamTrigger } from '../../src/domain/verification/stream-status.table';
import {
  afterRow,
  nextStreamStatus,
  type StreamColumns,
} from '../../src/domain/verification/stream-status.rules';
import {
  type CumulativeStatus,
  type StreamStatus,
  STREAMS,
  type StreamName,
} from '../../src/domain/verification/stream';
import { DMS_PASSPORT_ANSWERS, type DmsPassportAnswer } from '../../src/dms-passport';
import {
  aPerson,
  type PersonBuilder,
  savePersons,
  verificationOf,
  type VerificationRow,
} from '../support/builders';
import { TestEnvironment } from '../support/test-environment';

/** A number of the run of random persons that never changes, so that a failure can be repeated. */
const SEED = 20_260_301;
const PERSONS = 250;
const SYNCED = '2020-05-05T05:05:05.000Z';

let env: TestEnvironment;

beforeAll(async () => {
  env = await TestEnvironment.start();
});
afterAll(() => env.stop());

type RegisterAnswer = DmsPassportAnswer | 'MINUS_2';

/** The random state before the run. */
interface Draft {
  readonly number: string | null;
  readonly isMalformed: boolean;
  readonly isExpired: boolean;
  readonly isActive: boolean;
  readonly answer: RegisterAnswer;
  readonly status: StreamStatus;
  readonly isSynced: boolean;
  readonly others: readonly StreamStatus[];
  readonly standing: CumulativeStatus | null;
}

const OTHERS = STREAMS.filter((stream) => stream !== 'dms_passport');
const STATUSES: readonly StreamStatus[] = [
  'VERIFICATION_NEEDED',
  'VERIFICATION_NOT_NEEDED',
  'VERIFIED',
  'NOT_VERIFIED',
];
const REASONS = {
  VERIFICATION_NEEDED: 'ONLINE_TRIGGERED',
  VERIFICATION_NOT_NEEDED: 'AUTO_DATA_ABSENT',
  IN_REVIEW: 'MANUAL',
  VERIFIED: 'OFFLINE_VERIFIED',
  NOT_VERIFIED: 'AUTO_NOT_VALID',
} as const;

const drafts: fc.Arbitrary<Draft> = fc.record({
  number: fc.option(fc.integer({ min: 100_000, max: 999_999 }).map((digits) => `КВ${digits}`)),
  isMalformed: fc.boolean(),
  isExpired: fc.boolean(),
  isActive: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
  answer: fc.constantFrom<RegisterAnswer>('FOUND', 'NOT_FOUND', 'NOT_FOUND', 'MINUS_2'),
  status: fc.constantFrom<StreamStatus>(...STATUSES, 'VERIFICATION_NEEDED', 'VERIFIED'),
  isSynced: fc.boolean(),
  // A manual check of the NHS may be in review; the streams of registers are not, nobody locked them.
  others: fc.tuple(
    ...OTHERS.map((stream) =>
      fc.constantFrom(...STATUSES, ...(stream === 'nhs' ? (['IN_REVIEW'] as const) : [])),
    ),
  ),
  standing: fc.constantFrom<CumulativeStatus | null>(null, null, null, null, 'NOT_VERIFIED'),
});

function builderOf(draft: Draft): PersonBuilder {
  const { status, isSynced, number, isMalformed, isExpired, standing } = draft;
  const builder = aPerson();
  if (number !== null) {
    builder.withPassport(
      isMalformed ? number.toLowerCase() : number,
      isExpired ? { expirationDate: '2021-01-01' } : {},
    );
  }
  builder.stream(
    'dms_passport',
    status,
    REASONS[status],
    isSynced ? { syncedAt: SYNCED, dataStatus: 0, unverifiedAt: SYNCED } : {},
  );
  for (const [index, stream] of OTHERS.entries()) {
    const other = draft.others[index] ?? 'VERIFIED';
    builder.stream(stream, other, REASONS[other]);
  }
  if (standing !== null) builder.cumulative(standing);
  return draft.isActive ? builder : builder.inactive();
}

/** What happens to the person by the law, which knows neither SQL nor workers. */
function triggerOf(draft: Draft, today: string): StreamTrigger | undefined {
  if (!draft.isActive || !nextStreamStatus(draft.status, 'taken_for_review').allowed) return undefined;
  const rows = builderOf(draft).rows().documents;
  const documents = rows.map((row) => ({
    id: String(row['id']),
    type: 'PASSPORT' as const,
    number: String(row['number']),
    issuedAt: null,
    expirationDate: row['expiration_date'] as string | null,
  }));
  const chosen = chosenDocument(documents, ['PASSPORT'], today);
  if (chosen === 'absent') return 'nothing_to_check';
  if (parsePassportNumber(chosen.number) === 'malformed') return 'data_malformed';
  if (draft.answer === 'MINUS_2') return 'technical_error';
  return DMS_PASSPORT_ANSWERS[draft.answer].means === 'refuted' ? 'register_refuted' : 'register_confirmed';
}

const columnsOf = (row: VerificationRow): StreamColumns => ({
  verificationStatus: row.dms_passport_verification_status,
  verificationReason: row.dms_passport_verification_reason,
  dataId: row.dms_passport_data_id,
  dataStatus: row.dms_passport_data_status,
  syncedAt: row.dms_passport_synced_at,
  unverifiedAt: row.dms_passport_unverified_at,
});

function lawfulColumns(draft: Draft, trigger: StreamTrigger, { before, after }: Rows): StreamColumns {
  const move = nextStreamStatus('IN_REVIEW', trigger);
  if (!move.allowed) throw new Error('The tables refuse what the register answered.');
  const columns = columnsOf(before);
  const answered = draft.answer === 'MINUS_2' ? undefined : DMS_PASSPORT_ANSWERS[draft.answer];
  return afterRow({
    row: move.row,
    before: columns,
    now: after.updated_at,
    beforeLock: columns,
    ...(answered && {
      answer: {
        reason: answered.reason,
        dataStatus: draft.answer === 'FOUND' ? 1 : 0,
        dataId: answered.keep === 'answer' ? after.dms_passport_data_id : null,
      },
    }),
  });
}

interface Rows {
  readonly before: VerificationRow;
  readonly after: VerificationRow;
}

const sumOf = (row: VerificationRow, standing: CumulativeStatus | null): CumulativeStatus =>
  cumulativeStatusOf({
    current: standing,
    streams: STREAMS.map((stream: StreamName) => row[`${stream}_verification_status`]),
  });

/** One draft a passport: a passport of two persons is a story of its own. */
function peopleByChance(): Draft[] {
  const people = new Map<string, Draft>();
  for (const [n, draft] of fc.sample(drafts, { seed: SEED, numRuns: PERSONS }).entries()) {
    people.set(draft.number ?? `nobody's ${n}`, draft);
  }
  return [...people.values()];
}

function compare(draft: Draft, trigger: StreamTrigger | undefined, { before, after }: Rows): void {
  const reported = JSON.stringify(draft);
  if (trigger === undefined) {
    expect(after, reported).toEqual(before);
    return;
  }
  expect(columnsOf(after), reported).toEqual(lawfulColumns(draft, trigger, { before, after }));
  const standing = before.cumulative_status;
  expect(after.cumulative_status, reported).toBe(
    trigger === 'technical_error' ? standing : sumOf(after, standing),
  );
}

it(`the statements write what the tables prescribe, for ${PERSONS} random persons`, async () => {
  const people = peopleByChance();
  for (const { number, answer } of people) if (number !== null) env.register.answer(number, answer);
  const ids = await savePersons(env.sql, people.map(builderOf));
  const lookAll = (): Promise<VerificationRow[]> => Promise.all(ids.map((id) => verificationOf(env.sql, id)));
  const before = await lookAll();
  const today = dayInKyiv(new Date());
  await env.run();
  const after = await lookAll();
  const happened = new Map<StreamTrigger | undefined, number>();
  for (const [index, draft] of people.entries()) {
    const [was, is] = [before[index], after[index]];
    if (was === undefined || is === undefined) throw new Error('Somebody was lost.');
    const trigger = triggerOf(draft, today);
    happened.set(trigger, (happened.get(trigger) ?? 0) + 1);
    compare(draft, trigger, { before: was, after: is });
  }
  // The dice showed every side, and often enough to mean something.
  for (const trigger of SIDES) expect(happened.get(trigger) ?? 0, String(trigger)).toBeGreaterThan(3);
});

/** Everything that can become of a person in a run of one worker; undefined for who is left alone. */
const SIDES = [
  undefined,
  'nothing_to_check',
  'data_malformed',
  'technical_error',
  'register_confirmed',
  'register_refuted',
] as const;
