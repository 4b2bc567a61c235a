import { anything, assert, constantFrom, dictionary, option, property, record, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explanationOf, type RecordedChange } from './explanation.rules';
import {
  CUMULATIVE_STATUS_WORDS,
  NHS_ROW_WORDS,
  type Phrase,
  REASON_WORDS,
  STATUS_WORDS,
  STREAM_ROW_WORDS,
  STREAM_WORDS,
} from './explanation.texts';
import { initialStatusesOf } from './initial-status.rules';
import { NHS_STATUS_TABLE } from './nhs-status.rules';
import {
  CUMULATIVE_STATUSES,
  REGISTER_STREAMS,
  STREAM_REASONS,
  STREAM_STATUSES,
  type StreamName,
  STREAMS,
} from './stream';
import { STREAM_STATUS_TABLE } from './stream-status.table';

const AT = new Date('2026-11-28T11:06:41.120Z');
const MESSAGE = 'efc33857-9a55-4f3e-8a0e-5c1f3c0c7b1d';
const RUN = 'ab6c2916-5d1f-4b7e-9d57-b3a1b7d5c0aa';
const NO_CALL = { runId: null, messageId: null, durationMs: null };

const changesetOf = (stream: StreamName, before: readonly unknown[], after: readonly unknown[]) => ({
  [`${stream}_verification_status`]: { old_value: before[0], new_value: after[0] },
  [`${stream}_verification_reason`]: { old_value: before[1], new_value: after[1] },
});

const recorded = (change: Partial<RecordedChange>): RecordedChange => ({
  at: AT,
  row: null,
  changeset: null,
  ...NO_CALL,
  ...change,
});

describe('A change in a sentence', () => {
  it('says when, the status, why, the row, the message, the run and the duration', () => {
    const changeset = changesetOf(
      'dms_passport',
      ['VERIFIED', 'AUTO_VALID'],
      ['NOT_VERIFIED', 'AUTO_NOT_VALID'],
    );
    const call = { runId: RUN, messageId: MESSAGE, durationMs: 224 };
    expect(explanationOf(recorded({ row: 'S7', changeset, ...call }))).toEqual({
      uk: '28.11.2026 13:06 — не верифіковано: ДМС відповіла, що паспорт недійсний (S7). Повідомлення efc33857…, запуск ab6c2916…, 224 мс.',
      en: '28.11.2026 13:06 — not verified: the Migration Service answered that the passport is invalid (S7). Message efc33857…, run ab6c2916…, 224 ms.',
    });
  });

  it('says nothing of a call that was not made', () => {
    const changeset = changesetOf('nhs', ['IN_REVIEW', 'MANUAL'], ['NOT_VERIFIED', 'MANUAL']);
    expect(explanationOf(recorded({ row: 'N6', changeset }))).toEqual({
      uk: '28.11.2026 13:06 — не верифіковано: посадова особа НСЗУ відхилила дані особи (N6).',
      en: '28.11.2026 13:06 — not verified: an NHS official rejected the data of the person (N6).',
    });
  });

  it('is in the time of Kyiv, in summer too', () => {
    const { uk } = explanationOf(recorded({ at: new Date('2026-07-31T21:30:00Z') }));
    expect(uk).toBe('01.08.2026 00:30 — запис про зміну стану верифікації.');
  });

  it('of a first status without a row names the stream and the reason', () => {
    const changeset = changesetOf('dracs_death', [null, null], ['VERIFICATION_NEEDED', 'ONLINE_TRIGGERED']);
    expect(explanationOf(recorded({ changeset }))).toEqual({
      uk: '28.11.2026 13:06 — потребує верифікації: акт про смерть (ДРАЦС); стан під час реєстрації: очікує автоматичної перевірки в реєстрі.',
      en: '28.11.2026 13:06 — verification needed: death record (civil registry); state at registration: waits for a check in the register.',
    });
  });

  it('of a row that the tables do not have is the reason of the stream', () => {
    const changeset = changesetOf('drfo', ['VERIFIED', 'AUTO'], ['NOT_VERIFIED', 'AUTO_NOT_FOUND']);
    for (const row of ['T1', 'S7', 'toString', null])
      expect(explanationOf(recorded({ row, changeset }))).toEqual({
        uk: '28.11.2026 13:06 — не верифіковано: податковий номер (ДРФО); причина: у реєстрі не знайдено.',
        en: '28.11.2026 13:06 — not verified: tax number (State Register of Individual Taxpayers); reason: not found in the register.',
      });
  });
});

const isComplete = ({ uk, en }: Phrase): boolean =>
  /^[^A-Za-z]{3,}/.test(uk) && /^[^А-яІіЇїЄєҐґ]{3,}$/.test(en);

type Words = Readonly<Record<string, Phrase>>;

const ALL_WORDS: readonly (readonly [string, Words, readonly string[]])[] = [
  ['streams', STREAM_WORDS, STREAMS],
  ['statuses', STATUS_WORDS, STREAM_STATUSES],
  ['cumulative statuses', CUMULATIVE_STATUS_WORDS, CUMULATIVE_STATUSES],
  ['reasons', REASON_WORDS, STREAM_REASONS],
  ['rows of the manual stream', NHS_ROW_WORDS, Object.keys(NHS_STATUS_TABLE)],
  ...REGISTER_STREAMS.map(
    (stream) => [`rows of ${stream}`, STREAM_ROW_WORDS[stream], Object.keys(STREAM_STATUS_TABLE)] as const,
  ),
];

describe('The words', () => {
  it.each(ALL_WORDS)('of all %s exist in both languages', (_, words, names) => {
    expect(Object.keys(words).sort()).toEqual([...names].sort());
    expect(Object.entries(words).filter(([, phrase]) => !isComplete(phrase))).toEqual([]);
  });

  it('of different rows of a stream are different', () => {
    for (const rows of [...Object.values(STREAM_ROW_WORDS), NHS_ROW_WORDS])
      for (const language of ['uk', 'en'] as const) {
        const texts = Object.values(rows).map((phrase: Phrase) => phrase[language]);
        expect(new Set(texts).size).toBe(texts.length);
      }
  });
});

describe('Every row and every initial status', () => {
  it('has a sentence that names the row', () => {
    const rows = [
      ...REGISTER_STREAMS.flatMap((stream) =>
        Object.keys(STREAM_STATUS_TABLE).map((row) => [stream, row] as const),
      ),
      ...Object.keys(NHS_STATUS_TABLE).map((row) => ['nhs', row] as const),
    ];
    for (const [stream, row] of rows) {
      const changeset = changesetOf(stream, ['IN_REVIEW', 'AUTO'], ['VERIFIED', 'AUTO']);
      const { uk, en } = explanationOf(recorded({ row, changeset }));
      expect(uk).toMatch(new RegExp(`^28\\.11\\.2026 13:06 — верифіковано: .{10,} \\(${row}\\)\\.$`));
      expect(en).toMatch(new RegExp(`^28\\.11\\.2026 13:06 — verified: .{10,} \\(${row}\\)\\.$`));
    }
  });

  it('has a sentence when the person is registered', () => {
    const facts = {
      ageYears: 30,
      birthDate: '1996-01-01',
      gender: 'FEMALE',
      taxId: null,
      noTaxId: true,
      unzr: null,
      documentTypes: [],
      authenticationMethodTypes: ['OTP'],
      hasConfidantPerson: false,
    } as const;
    const parameters = {
      noSelfAuthAge: 14,
      noSelfRegistrationAge: 14,
      personFullLegalCapacityAge: 18,
      personLegalCapacityDocumentTypes: [],
    };
    for (const [stream, first] of Object.entries(initialStatusesOf(facts, parameters))) {
      const after = [first.verificationStatus, first.verificationReason];
      const changeset = changesetOf(stream as StreamName, [null, null], after);
      const { uk } = explanationOf(recorded({ row: first.row, changeset }));
      expect(uk).toContain(` — ${STATUS_WORDS[first.verificationStatus].uk}: `);
      expect(uk).toContain(first.row ?? REASON_WORDS[first.verificationReason].uk);
    }
  });
});

describe('No personal data', () => {
  /** A mark that is in none of the words. */
  const SECRET = 'Ъ¤';
  const secret = string().map((text) => `${SECRET}${text}`);
  const column = constantFrom(
    ...STREAMS.flatMap((stream) => [`${stream}_verification_status`, `${stream}_verification_reason`]),
  );
  const change = record({
    old_value: option(constantFrom(...STREAM_STATUSES, ...STREAM_REASONS, SECRET)),
    new_value: option(constantFrom(...STREAM_STATUSES, ...STREAM_REASONS, SECRET)),
    last_name: secret,
  });

  it('is in a sentence, whatever another program wrote into the audit row', () => {
    assert(
      property(
        record({
          changeset: option(dictionary(column, change)),
          row: option(constantFrom('S7', 'N6', SECRET)),
          messageId: option(secret),
          runId: option(secret),
        }),
        (parts) => {
          const { uk, en } = explanationOf(recorded(parts));
          expect(uk + en).not.toContain(SECRET);
        },
      ),
    );
  });

  it('nor does any shape of the audit row break it', () => {
    assert(
      property(dictionary(column, anything()), (changeset) => {
        expect(explanationOf(recorded({ changeset })).uk).toMatch(/^28\.11\.2026 13:06 — /);
      }),
    );
  });
});
