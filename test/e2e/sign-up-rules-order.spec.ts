import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { calendarDay, dayInKyiv } from '../../src/domain/calendar-day';
import type { SignUpContentBuilder } from '../support/sign-up-content';
import {
  RefusedCalls,
  SESSION_SECRET,
  sessionClaims,
  sessionJwt,
  type MadeUpApplicant,
  SignUpFixture,
} from '../support/sign-up-fixture';

let fixture: SignUpFixture;
let applicant: MadeUpApplicant;

beforeAll(async () => {
  fixture = await SignUpFixture.start({ PIS_SESSION_SECRET: SESSION_SECRET });
  applicant = await fixture.applicant();
});
afterAll(() => fixture.stop());

const refused = new RefusedCalls(() => fixture);

const TODAY = dayInKyiv(new Date());
const inDays = (days: number): string => calendarDay(TODAY).add({ days }).toString();
const inYears = (years: number): string => calendarDay(TODAY).add({ years }).toString();
const NOT_ALLOWED = 'Submitted document type is not allowed';
const ITEM_REQUIRED = 'Must contain required item.';
const REFUSED_TAX_ID = 'Persons who refused the tax_id should be without tax_id';
const NO_TAX_ID = 'Only persons who refused the tax_id could be without tax_id';

/** A row of the rules: what breaks it, and the description that is then reported first. */
type Row = readonly [
  rule: string,
  breaks: (content: SignUpContentBuilder) => SignUpContentBuilder,
  ...reported: (readonly [entry: string, description: string])[],
];

/** Rows from the addresses on; everybody can break them. */
const LAST_ROWS: readonly Row[] = [
  [
    'residence',
    (content) => content.with('person.addresses.0.type', 'REGISTRATION'),
    ['addresses', 'Addresses with type RESIDENCE should be present'],
  ],
  [
    'end of the relationship',
    (content) => content.with('person.confidant_person.active_to', inDays(-2)),
    ['confidant_person.active_to', 'active_to should be in the future'],
  ],
];

const TWO_PHONES: Row = [
  'phones of one type',
  (content) => content.with('person.phones.1', { type: 'MOBILE', number: '+380000000099' }),
  ['phones', 'No duplicate values.'],
];

const BIRTH_DATE: Row = [
  'birth date',
  (content) => content.with('person.birth_date', inDays(2)),
  ['birth_date', 'Invalid birth date'],
];

/** Rows that somebody of sixteen with tax number, unzr, passport and permit can break one beside the other. */
const OF_AN_ADOLESCENT: readonly Row[] = [
  BIRTH_DATE,
  ['refused tax_id', (content) => content.with('person.no_tax_id', true), ['tax_id', REFUSED_TAX_ID]],
  [
    'unzr of a NATIONAL_ID',
    (content) => content.withDocument('NATIONAL_ID').without('person.unzr'),
    ['unzr', 'unzr is mandatory for document type NATIONAL_ID'],
  ],
  [
    'one proof of legal capacity',
    (content) => content.withDocument('MARRIAGE_CERTIFICATE').withDocument('COURT_DECISION_DIVORCE'),
    ['documents', NOT_ALLOWED],
  ],
  TWO_PHONES,
  [
    'one passport',
    (content) => content.withDocument('NATIONAL_ID'),
    ['documents', 'Person can have only new passport NATIONAL_ID or old PASSPORT'],
  ],
  [
    'issued until today',
    (content) => content.with('person.documents.0.issued_at', inDays(2)),
    ['documents.[0].issued_at', 'Document issued date should be in the past'],
  ],
  [
    'issued after birth',
    (content) => content.with('person.documents.1.issued_at', inYears(-20)),
    ['documents.[1].issued_at', 'Document issued date should greater than person.birth_date'],
  ],
  [
    'not expired',
    (content) => content.with('person.documents.1.expiration_date', inDays(-2)),
    ['documents.[1].expiration_date', 'Document expiration_date should be in the future'],
  ],
  [
    'the expiration date',
    (content) => content.withDocument('REFUGEE_CERTIFICATE').without('person.documents.2.expiration_date'),
    ['documents.[2].expiration_date', 'expiration_date is mandatory for document_type REFUGEE_CERTIFICATE'],
  ],
  ...LAST_ROWS,
];

const OF_A_CHILD: readonly Row[] = [
  BIRTH_DATE,
  [
    'refused tax_id',
    (content) => content.withTaxId('0000000017').with('person.no_tax_id', true),
    ['tax_id', REFUSED_TAX_ID],
  ],
  [
    'legal capacity at the right age',
    (content) => content.withDocument('MARRIAGE_CERTIFICATE'),
    ['documents.[1].type', NOT_ALLOWED],
  ],
  [
    'documents of a child',
    (content) =>
      content
        .with('person.documents.0.type', 'REFUGEE_CERTIFICATE')
        .with('person.documents.0.number', 'ЯЩ000019'),
    ['documents.[0].type', NOT_ALLOWED],
    ['documents', ITEM_REQUIRED],
  ],
  TWO_PHONES,
  ...LAST_ROWS,
];

const OF_SOMEBODY_WITHOUT_DOCUMENTS: readonly Row[] = [
  ['tax_id or its refusal', (content) => content.without('person.tax_id'), ['tax_id', NO_TAX_ID]],
  [
    'a document of their own',
    (content) => content.withOnlyDocument('BIRTH_CERTIFICATE_FOREIGN'),
    ['documents', ITEM_REQUIRED],
  ],
  TWO_PHONES,
  ...LAST_ROWS,
];

/** From each row on, all that follow are broken too: only the first one is reported. */
const suffixesOf = (rows: readonly Row[]): [rule: string, first: Row, further: readonly Row[]][] =>
  rows.map((row, place) => [row[0], row, rows.slice(place + 1)]);

async function reported(content: SignUpContentBuilder, first: Row, further: readonly Row[]): Promise<void> {
  for (const [, breaks] of [first, ...further]) breaks(content);
  const [, , ...faults] = first;
  const fields = faults.map(([entry, description]) => [`$.person.${entry}`, 'invalid', description]);
  const signed = fixture.sign(content, applicant);
  const jwt = await sessionJwt(sessionClaims(signed.signed_content));
  const validated = await refused.run(() => fixture.validate(signed));
  expect(validated).toEqual({ status: 422, type: 'validation_failed', message: 'Validation failed', fields });
  expect(await refused.run(() => fixture.register({ ...signed, jwt }))).toEqual(validated);
}

describe('The rules about the person are reported in their order, the first broken row alone', () => {
  const anAdolescent = () =>
    fixture
      .contentBy(applicant)
      .aged(16)
      .withTaxId('0000000017')
      .withUnzr('20100101-00017')
      .withOnlyDocument('PASSPORT')
      .withDocument('TEMPORARY_CERTIFICATE');

  it.each(suffixesOf(OF_AN_ADOLESCENT))('somebody of sixteen: %s', async (_, ...broken) => {
    await reported(anAdolescent(), ...broken);
  });

  it.each(suffixesOf(OF_A_CHILD))('a child: %s', async (_, ...broken) => {
    await reported(fixture.contentBy(applicant), ...broken);
  });

  it.each(suffixesOf(OF_SOMEBODY_WITHOUT_DOCUMENTS))('without documents: %s', async (_, ...broken) => {
    await reported(anAdolescent(), ...broken);
  });
});
