import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SignedContentService } from '../../src/signed-content';
import { signUpsOf, tokensOf, usersOf, verificationOf } from '../support/builders';
import { type SignUpContentBuilder } from '../support/sign-up-content';
import { registeredBy, type MadeUpApplicant, SignUpFixture } from '../support/sign-up-fixture';

/** Settings apart from their defaults, so that they are seen to be read. */
const CLIENT_ID = '00000000-0000-4000-8000-0000000000c1';
const TTL_SECONDS = 1234;
const BUCKET = 'persons-of-the-test';
const NOW = new Date('2026-03-10T10:00:00.123Z');

let fixture: SignUpFixture;
let applicant: MadeUpApplicant;

beforeAll(async () => {
  const environment = {
    PIS_CLIENT_ID: CLIENT_ID,
    PIS_ACCESS_TOKEN_TTL_SECONDS: String(TTL_SECONDS),
    MEDIA_STORAGE_PERSON_BUCKET: BUCKET,
  };
  fixture = await SignUpFixture.start(environment, () => NOW);
});
afterAll(() => fixture.stop());
beforeEach(async () => {
  await fixture.env.clear();
  applicant = await fixture.applicant();
});

const aChild = () => fixture.contentBy(applicant).born('2020-07-01');
/** Sixteen, with a tax number. */
const anAdolescent = () => aChild().born('2009-07-01').withTaxId('3999400006');

const signedUp = async (content: SignUpContentBuilder = aChild()) =>
  registeredBy(await fixture.signUp(fixture.sign(content, applicant)));

const ASKED = 'VERIFICATION_NEEDED/ONLINE_TRIGGERED';
const ABSENT = 'VERIFICATION_NOT_NEEDED/AUTO_DATA_ABSENT';

/** What holds for everybody who is signed up by a confidant, and for whom there is nothing to ask about. */
const NOTHING_ASKED = {
  nhs: 'NOT_VERIFIED/DOCUMENTS_TRIGGERED',
  drfo: ABSENT,
  dracs_death: ASKED,
  dracs_birth: ABSENT,
  dracs_name_change: 'VERIFICATION_NOT_NEEDED/INITIAL',
  legal_capacity: ABSENT,
  unzr: ABSENT,
  mvs_passport: ABSENT,
  dms_passport: ABSENT,
};

type Streams = Readonly<Record<string, string>>;

const CASES: [who: string, content: () => SignUpContentBuilder, asked: Streams][] = [
  [
    'a child with a certificate of birth and no tax number',
    aChild,
    {
      dracs_birth: ASKED,
    },
  ],
  [
    'a child with a foreign certificate, a tax number and a number in the demographic register',
    () =>
      aChild()
        .withOnlyDocument('BIRTH_CERTIFICATE_FOREIGN')
        .withTaxId('4401700005')
        .withUnzr('20200701-00017'),
    {
      drfo: ASKED,
      unzr: ASKED,
    },
  ],
  [
    'an adolescent with a passport and a certificate of birth',
    () => anAdolescent().withDocument('PASSPORT'),
    {
      drfo: ASKED,
      mvs_passport: ASKED,
      dms_passport: ASKED,
    },
  ],
  [
    'an adolescent with a card who is married',
    () =>
      anAdolescent()
        .withOnlyDocument('NATIONAL_ID')
        .withUnzr('20090701-00017')
        .withDocument('MARRIAGE_CERTIFICATE'),
    {
      drfo: ASKED,
      legal_capacity: ASKED,
      unzr: ASKED,
      mvs_passport: ASKED,
      dms_passport: ASKED,
    },
  ],
  [
    'an adolescent with a proof of legal capacity that people have to read',
    () =>
      anAdolescent().withOnlyDocument('REFUGEE_CERTIFICATE').withDocument('COURT_DECISION_LEGAL_CAPACITY'),
    {
      drfo: ASKED,
      legal_capacity: 'VERIFICATION_NEEDED/RULES_TRIGGERED',
    },
  ],
  [
    'an adolescent who has refused the tax number and has nothing but a certificate of birth',
    () => aChild().born('2009-07-01').withoutTaxId(),
    {
      drfo: ASKED,
      dracs_birth: ASKED,
    },
  ],
];

describe('The nine streams of a new person', () => {
  it.each(CASES)('%s', async (_, content, asked) => {
    const { person } = await signedUp(content());
    const row: Readonly<Record<string, unknown>> = { ...(await verificationOf(fixture.env.sql, person.id)) };
    const expected = { ...NOTHING_ASKED, ...asked };
    const pairs = Object.keys(expected).map((stream) => [
      stream,
      [row[`${stream}_verification_status`], row[`${stream}_verification_reason`]].join('/'),
    ]);
    expect(Object.keys(expected)).toHaveLength(9);
    expect(Object.fromEntries(pairs)).toEqual(expected);
    expect(row).toMatchObject({
      cumulative_status: 'CHANGES_NEEDED',
      nhs_unverified_at: NOW,
      dracs_death_online_status: 'READY',
      dms_passport_synced_at: null,
      dms_passport_unverified_at: null,
    });
  });
});

describe('The user of a new person', () => {
  it('is known by the own tax number', async () => {
    const { person, user } = await signedUp(anAdolescent());
    const row = { id: user.id, tax_id: '3999400006', is_active: true, is_blocked: false };
    expect(await usersOf(fixture.env.sql, person.id)).toMatchObject([row]);
  });

  it('without one is known by none, least of all by that of the applicant', async () => {
    const { person, user } = await signedUp();
    expect(user.tax_id).toBe('');
    const [row] = await usersOf(fixture.env.sql, person.id);
    expect(row?.tax_id ?? '').toBe('');
    const text = 'SELECT id FROM mithril.users WHERE tax_id = $1';
    const ofPerson = await fixture.env.sql.query({ text }, [applicant.drfo]);
    expect(ofPerson).toEqual([{ id: applicant.userId }]);
  });
});

describe('The access token', () => {
  it('is stored as its hash alone, with its purpose and its owner', async () => {
    const { user, access_token: token } = await signedUp();
    expect(await tokensOf(fixture.env.sql, user.id)).toEqual([
      {
        name: 'access_token',
        value_hash: createHash('sha256').update(token).digest('hex'),
        expires_at: new Date(NOW.getTime() + TTL_SECONDS * 1_000),
        details: {
          client_id: CLIENT_ID,
          grant_type: 'pis_auth',
          scope: 'app:authorize',
          applicant_user_id: applicant.userId,
          applicant_person_id: applicant.personId,
        },
      },
    ]);
    const audit = await fixture.env.sql.query({ text: 'SELECT changeset::text FROM mpi.audit_log' });
    expect(JSON.stringify(audit)).not.toContain(token);
  });
});

describe('The signed content', () => {
  it('is kept under the person, byte by byte, and remembered by its hash', async () => {
    const signed = fixture.sign(aChild(), applicant);
    const { person, user } = registeredBy(await fixture.signUp(signed));
    const container = Buffer.from(signed.signed_content, 'base64');
    const key = join(BUCKET, person.id, 'signed_content');
    expect(readFileSync(join(fixture.mediaFolder, key)).equals(container)).toBe(true);
    expect(readdirSync(join(fixture.mediaFolder, BUCKET, person.id))).toEqual(['signed_content']);
    expect(await fixture.env.sql.query({ text: 'SELECT id FROM mpi.media_uploads' })).toEqual([]);
    const { identity } = await fixture.env.program.get(SignedContentService).read(container, 'a test');
    expect(await signUpsOf(fixture.env.sql, person.id)).toEqual([
      {
        content_sha256: identity,
        person_id: person.id,
        user_id: user.id,
        created_person: true,
      },
    ]);
  });
});
