import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { calendarDay, dayInKyiv } from '../../src/domain/calendar-day';
import { PERSON_REGISTRATION_DOCUMENT_TYPES } from '../../src/domain/person/dictionaries';
import type { SignUpContentBuilder } from '../support/sign-up-content';
import { EXPIRING } from '../support/sign-up-content';
import type { Program } from '../support/program';
import { RefusedCalls, type MadeUpApplicant, SignUpFixture } from '../support/sign-up-fixture';

let fixture: SignUpFixture;
let applicant: MadeUpApplicant;

beforeAll(async () => {
  fixture = await SignUpFixture.start();
  applicant = await fixture.applicant();
});
afterAll(() => fixture.stop());

const refused = new RefusedCalls(() => fixture);

const TODAY = dayInKyiv(new Date());
const inDays = (days: number): string => calendarDay(TODAY).add({ days }).toString();
const inYears = (years: number): string => calendarDay(TODAY).add({ years }).toString();
const NOT_ALLOWED = 'Submitted document type is not allowed';

type Fault = readonly [entry: string, description: string];

/** A child of five with a certificate of birth. */
const aChild = (): SignUpContentBuilder => fixture.contentBy(applicant);
/** Sixteen, with a tax number and a passport. */
const anAdolescent = (): SignUpContentBuilder =>
  aChild().aged(16).withTaxId('0000000017').withOnlyDocument('PASSPORT');
/** Eighteen and a half, with the same. */
const anAdult = (): SignUpContentBuilder => anAdolescent().aged(18);

/** All faults of a content, as step 1 reports them. */
async function faultsOf(content: SignUpContentBuilder, program: Program = fixture.env.program) {
  const signed = fixture.sign(content, applicant);
  return refused.run(() => fixture.validate(signed, program));
}

/** The answer with these faults and no others; entries continue `$.person.`. */
const faults = (...reported: readonly Fault[]) => {
  const fields = reported.map(([entry, description]) => [`$.person.${entry}`, 'invalid', description]);
  return { status: 422, type: 'validation_failed', message: 'Validation failed', fields };
};

const GROUPS: [rule: string, content: () => SignUpContentBuilder, ...reported: Fault[]][] = [
  [
    'a birth date in the future',
    () => aChild().with('person.birth_date', inDays(2)),
    ['birth_date', 'Invalid birth date'],
  ],
  ['a birth date of long ago', () => aChild().born(inYears(-151)), ['birth_date', 'Invalid birth date']],
  [
    'no tax_id and no refusal of one',
    () => anAdolescent().without('person.tax_id'),
    ['tax_id', 'Only persons who refused the tax_id could be without tax_id'],
  ],
  [
    'a tax_id beside its refusal',
    () => anAdolescent().with('person.no_tax_id', true),
    ['tax_id', 'Persons who refused the tax_id should be without tax_id'],
  ],
  [
    'NATIONAL_ID without unzr',
    () => anAdolescent().withOnlyDocument('NATIONAL_ID'),
    ['unzr', 'unzr is mandatory for document type NATIONAL_ID'],
  ],
  [
    'proofs of legal capacity for a child',
    () => aChild().withDocument('MARRIAGE_CERTIFICATE').withDocument('LEGAL_CAPACITY_DOCUMENT'),
    ['documents.[1].type', NOT_ALLOWED],
    ['documents.[2].type', NOT_ALLOWED],
  ],
  [
    'a proof of legal capacity for an adult',
    () => anAdult().withDocument('DIVORCE_CERTIFICATE'),
    ['documents.[1].type', NOT_ALLOWED],
  ],
  [
    'a proof of legal capacity alone',
    () => anAdolescent().withOnlyDocument('MARRIAGE_CERTIFICATE'),
    ['documents', NOT_ALLOWED],
  ],
  [
    'two proofs of legal capacity',
    () => anAdolescent().withDocument('MARRIAGE_CERTIFICATE').withDocument('COURT_DECISION_DIVORCE'),
    ['documents', NOT_ALLOWED],
  ],
  ['a passport of a child', () => aChild().withDocument('PASSPORT'), ['documents.[1].type', NOT_ALLOWED]],
  [
    'a child without a certificate of birth, and with another document',
    () => aChild().withOnlyDocument('PASSPORT'),
    ['documents.[0].type', NOT_ALLOWED],
    ['documents', 'Must contain required item.'],
  ],
  [
    'no own document from fourteen on',
    () => anAdolescent().withOnlyDocument('BIRTH_CERTIFICATE_FOREIGN'),
    ['documents', 'Must contain required item.'],
  ],
  [
    'two documents, phones and emergency phones of one type',
    () =>
      anAdolescent()
        .withDocument('PASSPORT', 'ЯЩ000099')
        .with('person.phones.1', { type: 'MOBILE', number: '+380000000099' })
        .with('person.emergency_contact.phones.1', { type: 'MOBILE', number: '+380000000099' }),
    ['documents', 'No duplicate values.'],
    ['phones', 'No duplicate values.'],
    ['emergency_contact.phones', 'No duplicate values.'],
  ],
  [
    'PASSPORT beside NATIONAL_ID',
    () => anAdolescent().withDocument('NATIONAL_ID').withUnzr('20100101-00017'),
    ['documents', 'Person can have only new passport NATIONAL_ID or old PASSPORT'],
  ],
  [
    'documents issued in the future',
    () =>
      anAdolescent()
        .with('person.documents.0.issued_at', inDays(2))
        .withDocument('BIRTH_CERTIFICATE', 'І-ЯЩ№000099', { issued_at: inDays(2) }),
    ['documents.[0].issued_at', 'Document issued date should be in the past'],
    ['documents.[1].issued_at', 'Document issued date should be in the past'],
  ],
  [
    'a document issued before birth',
    () => aChild().with('person.documents.0.issued_at', inYears(-7)),
    ['documents.[0].issued_at', 'Document issued date should greater than person.birth_date'],
  ],
  [
    'a document that has expired',
    () => anAdolescent().with('person.documents.0.expiration_date', inDays(-2)),
    ['documents.[0].expiration_date', 'Document expiration_date should be in the future'],
  ],
  ...EXPIRING.map((type): [string, () => SignUpContentBuilder, Fault] => [
    `no end of ${type}`,
    () =>
      anAdolescent()
        .withOnlyDocument(type)
        .withUnzr('20100101-00017')
        .without('person.documents.0.expiration_date'),
    ['documents.[0].expiration_date', `expiration_date is mandatory for document_type ${type}`],
  ]),
  [
    'no address of residence',
    () => aChild().with('person.addresses.0.type', 'REGISTRATION'),
    ['addresses', 'Addresses with type RESIDENCE should be present'],
  ],
  [
    'two addresses of residence',
    () => aChild().with('person.addresses.1', aChild().build().person.addresses[0]),
    ['addresses', "Single address of type 'RESIDENCE' is required, got: 2"],
  ],
  ...[0, -2].map((days): [string, () => SignUpContentBuilder, Fault] => [
    `a relationship that ends in ${days} days`,
    () => aChild().with('person.confidant_person.active_to', inDays(days)),
    ['confidant_person.active_to', 'active_to should be in the future'],
  ]),
];

describe('The rules about the person', () => {
  it.each(GROUPS)('%s', async (_, content, ...reported) => {
    expect(await faultsOf(content())).toEqual(faults(...reported));
  });

  it('a type that is of no use for registering here', async () => {
    const fewer = PERSON_REGISTRATION_DOCUMENT_TYPES.filter((type) => type !== 'TEMPORARY_PASSPORT');
    const strict = await fixture.env.startProgram({ PERSON_REGISTRATION_DOCUMENT_TYPES: fewer.join() });
    // The next row is broken too: nobody of eighteen proves legal capacity.
    const content = anAdult().withDocument('TEMPORARY_PASSPORT').withDocument('MARRIAGE_CERTIFICATE');
    expect(await faultsOf(content, strict)).toEqual(faults(['documents.[1].type', NOT_ALLOWED]));
  });

  it('who is too young for any other document gets the required one named', async () => {
    const { body } = await fixture.validate(fixture.sign(aChild().withOnlyDocument('PASSPORT'), applicant));
    expect(body.error?.invalid?.map(({ rules }) => rules.map(({ params }) => params))).toEqual([
      [[]],
      [['BIRTH_CERTIFICATE']],
    ]);
  });

  it('an unzr that does not begin with the birth date is accepted', async () => {
    const content = anAdolescent().withUnzr('19000101-00017');
    expect((await fixture.validate(fixture.sign(content, applicant))).status).toBe(200);
  });
});
