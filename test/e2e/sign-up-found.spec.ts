import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromBER, Integer, OctetString, Sequence } from 'asn1js';
import { ContentInfo, SignedData } from 'pkijs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  aRelationship,
  aUser,
  authenticationMethodsOf,
  eventsOf,
  relationshipsOf,
  signUpsOf,
  tokensOf,
  usersOf,
} from '../support/builders';
import { oracleScore } from '../support/match-oracle';
import { rowsOf } from '../support/registrations';
import {
  RefusedCalls,
  rowCountsOf,
  registeredBy,
  SESSION_SECRET,
  type MadeUpApplicant,
  type SignUpBody,
  SignUpFixture,
} from '../support/sign-up-fixture';
import { comparedIn, registeredAs, type SignUpContentBuilder } from '../support/sign-up-content';

let fixture: SignUpFixture;
let applicant: MadeUpApplicant;

beforeAll(async () => {
  fixture = await SignUpFixture.start({ PIS_SESSION_SECRET: SESSION_SECRET });
});
afterAll(() => fixture.stop());
beforeEach(async () => {
  await fixture.env.clear();
  applicant = await fixture.applicant();
});

const refused = new RefusedCalls(() => fixture);

/** Five, with a certificate of birth; so many similar children are registered. */
const aChild = () => fixture.contentBy(applicant);
const sign = (content = aChild()) => fixture.sign(content, applicant);

/** Everything about a person that a sign-up by somebody else must leave alone. */
async function ownData(personId: string): Promise<unknown> {
  const tables = ['persons', 'person_phones', 'person_addresses', 'person_documents', 'person_verifications'];
  const rows: unknown[] = [];
  for (const table of tables) rows.push(await rowsOf(fixture.env, table, personId));
  return rows;
}

const filesOf = (personId: string): string[] => {
  const folder = join(fixture.mediaFolder, 'persons-dev', personId);
  return (readdirSync(folder, { recursive: true }) as string[]).filter((name) =>
    /signed_content$/.test(name),
  );
};

describe('A person who is registered already', () => {
  it('keeps the own data and gets the relationship, its method and a user', async () => {
    const personId = await registeredAs(aChild().build()).withPhone('+380000000055').save(fixture.env.sql);
    const before = await ownData(personId);
    const signed = sign(aChild().with('person.birth_settlement', 'с. Калинопіль').alias('Мама'));
    const { person, user } = registeredBy(await fixture.signUp(signed));
    expect(person.id).toBe(personId);
    expect(await ownData(personId)).toEqual(before);
    expect(await eventsOf(fixture.env.sql, personId)).toEqual([]);
    expect(await relationshipsOf(fixture.env.sql, personId)).toMatchObject([
      { confidant_person_id: applicant.personId, is_active: true },
    ]);
    expect(await authenticationMethodsOf(fixture.env.sql, personId)).toMatchObject([
      { type: 'THIRD_PERSON', value: applicant.personId, alias: 'Мама' },
    ]);
    expect(await usersOf(fixture.env.sql, personId)).toMatchObject([{ id: user.id, is_active: true }]);
    expect(await signUpsOf(fixture.env.sql, personId)).toHaveLength(1);
  });

  it('has the signed content under the relationship, and never under the person', async () => {
    const personId = await registeredAs(aChild().build()).save(fixture.env.sql);
    const signed = sign();
    registeredBy(await fixture.signUp(signed));
    const [relationship] = await relationshipsOf(fixture.env.sql, personId);
    const key = join('confidant_person_relationships', relationship?.id ?? '', 'signed_content');
    expect(filesOf(personId)).toEqual([key]);
    const kept = readFileSync(join(fixture.mediaFolder, 'persons-dev', personId, key));
    expect(kept.toString('base64')).toBe(signed.signed_content);
  });

  it('and was registered by another confidant has two of them, and two objects', async () => {
    const first = registeredBy(await fixture.signUp(sign()));
    const other = await fixture.applicant();
    const second = registeredBy(await fixture.signUp(fixture.sign(fixture.contentBy(other), other)));
    expect(second.person.id).toBe(first.person.id);
    expect(second.user.id).toBe(first.user.id);
    expect(await relationshipsOf(fixture.env.sql, first.person.id)).toHaveLength(2);
    expect(await authenticationMethodsOf(fixture.env.sql, first.person.id)).toHaveLength(2);
    expect(filesOf(first.person.id)).toHaveLength(2);
  });

  it('and is related already gets nothing but a token', async () => {
    const personId = await registeredAs(aChild().build()).save(fixture.env.sql);
    await aRelationship().of(personId).through(applicant.personId).save(fixture.env.sql);
    const userId = await aUser().ofPerson(personId).save(fixture.env.sql);
    const before = await rowCountsOf(fixture);
    const { user } = registeredBy(await fixture.signUp(sign()));
    expect(user.id).toBe(userId);
    const { tokens, sign_ups, audit_rows, ...others } = await rowCountsOf(fixture);
    const added = { tokens: '1', sign_ups: '1', audit_rows: '1' };
    expect({ ...others, ...added }).toEqual({ ...before, ...added });
    expect({ tokens, sign_ups, audit_rows }).toEqual(added);
  });

  it('is the same one when the same content is sent again, and gets a second token', async () => {
    const signed = sign();
    const first = registeredBy(await fixture.signUp(signed));
    const before = await rowCountsOf(fixture);
    const second = registeredBy(await fixture.signUp(signed));
    expect([second.person.id, second.user.id]).toEqual([first.person.id, first.user.id]);
    expect(second.access_token).not.toBe(first.access_token);
    expect(await tokensOf(fixture.env.sql, first.user.id)).toHaveLength(2);
    const { tokens: _, audit_rows: __, ...others } = await rowCountsOf(fixture);
    expect(before).toMatchObject(others);
  });
});

/** The order of the group of P-256, from SEC 2. */
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** The same signature in its other form (r, n − s), which is as right. */
function withEquivalentSignature({ signed_content: text, ...encoding }: SignUpBody): SignUpBody {
  const container = ContentInfo.fromBER(Buffer.from(text, 'base64'));
  const data = new SignedData({ schema: container.content });
  const [signer] = data.signerInfos;
  if (signer === undefined) throw new Error('Nobody signed.');
  const { result } = fromBER(signer.signature.valueBlock.valueHexView);
  const [r, s] = (result as Sequence).valueBlock.value as Integer[];
  if (r === undefined || s === undefined) throw new Error('This is no ECDSA signature.');
  const other = new Sequence({ value: [r, Integer.fromBigInt(P256_ORDER - s.toBigInt())] });
  signer.signature = new OctetString({ valueHex: other.toBER() });
  container.content = data.toSchema(true);
  return { signed_content: Buffer.from(container.toSchema().toBER()).toString('base64'), ...encoding };
}

describe('A repeat', () => {
  it('is known by content, signer and signing time, however the container is encoded', async () => {
    const signed = sign();
    const altered = withEquivalentSignature(signed);
    expect(altered.signed_content).not.toBe(signed.signed_content);
    const first = registeredBy(await fixture.signUp(signed));
    // Nothing else leads to the person any more.
    await fixture.env.sql.run(
      `UPDATE mpi.persons SET last_name = 'Шипшина', first_name = 'Устим' WHERE id = '${first.person.id}'`,
    );
    const again = registeredBy(await fixture.signUp(altered));
    expect([again.person.id, again.user.id]).toEqual([first.person.id, first.user.id]);
    expect(await signUpsOf(fixture.env.sql, first.person.id)).toHaveLength(1);
  });

  it('is not the same content that another confidant, or the same one at another time, has signed', async () => {
    const bytes = aChild().bytes();
    const at = (seconds: number) => new Date(Math.floor(Date.now() / 1000 - seconds) * 1000);
    const signedAt = at(60);
    const first = registeredBy(await fixture.signUp(fixture.sign(bytes, { ...applicant, signedAt })));
    for (const by of [
      { ...applicant, signedAt: at(90) },
      { ...applicant, signedAt },
    ])
      expect(registeredBy(await fixture.signUp(fixture.sign(bytes, by))).person.id).toBe(first.person.id);
    // Each signature of the authority has a new certificate.
    expect(await signUpsOf(fixture.env.sql, first.person.id)).toHaveLength(3);
  });
});

describe('A person who is registered in another spelling', () => {
  const signUpOf = async (content: SignUpContentBuilder): Promise<string> =>
    registeredBy(await fixture.signUp(sign(content))).person.id;

  const withCertificate = (number: string) => aChild().withOnlyDocument('BIRTH_CERTIFICATE', number);

  it.each([
    ['І-ЯЩ№777003', 'І-ЯЩ(777003)'],
    ['І-ЯЩ(777003)', 'І-ЯЩ№777003'],
    ['і-ящ № 777003', 'І-ЯЩ№777003'],
    ['І-АМ№777003', '1-АМ777003'],
    ['1-АМ№777003', 'І-АМ№777003'],
    ['!-АМ. 777003', 'I-АМ№777003'],
    ['qАМ777003', '1-АМ№777003'],
  ])('is found by the certificate: %s is %s', async (registered, signed) => {
    const personId = await registeredAs(withCertificate(registered).build()).save(fixture.env.sql);
    expect(await signUpOf(withCertificate(signed))).toBe(personId);
  });

  it.each([
    ['Нечуй-Левицький', 'Нечуй Левицький'],
    ['Нечуй Левицький', 'Нечуй-Левицький'],
    ["Дем'яненко", 'Демяненко'],
    ['Дем’яненко', "Дем'яненко"],
    ['Демʼяненко', 'Демяненко'],
    ['Грінько', 'Гринько'],
    ['Гринько', 'Грінько'],
    ['Ґудзь', 'Гудзь'],
    ['Гpинькo', 'Гринько'],
  ])('is found by the last name: %s is %s', async (registered, signed) => {
    const named = (lastName: string) => aChild().named(lastName, 'Волошка', 'Барвінківна');
    const personId = await registeredAs(named(registered).build()).save(fixture.env.sql);
    expect(await signUpOf(named(signed))).toBe(personId);
  });

  it.each(['МН 123 456', 'MH123456', 'мн№123456', 'МH-123456'])(
    'is found by the passport: %s is МН123456',
    async (registered) => {
      const withPassport = (number: string) =>
        aChild().aged(16).withoutTaxId().withOnlyDocument('PASSPORT', number);
      const personId = await registeredAs(withPassport(registered).build()).save(fixture.env.sql);
      expect(await signUpOf(withPassport('МН123456'))).toBe(personId);
    },
  );

  it('is another person when the name or the number is another one', async () => {
    const child = withCertificate('І-ЯЩ№777003').named('Гринько', 'Волошка', 'Барвінківна');
    const personId = await registeredAs(child.build()).save(fixture.env.sql);
    expect(await signUpOf(child.named('Гранько', 'Волошка', 'Барвінківна'))).not.toBe(personId);
    const other = withCertificate('ІІ-ЯЩ№777103').named('Гринько', 'Волошка', 'Барвінківна');
    expect(await signUpOf(other)).not.toBe(personId);
  });
});

describe('The score of a registered person', () => {
  it('is above the threshold, or it is another person; exactly at it is another person too', async () => {
    const content = aChild().build();
    const score = oracleScore(comparedIn(content), comparedIn(content));
    expect(score).toBeGreaterThan(0.95);
    const personId = await registeredAs(content).save(fixture.env.sql);
    const below = String(Number((score - 0.00001).toFixed(5)));
    const at = await fixture.env.startProgram({ PIS_ONLINE_DEDUPLICATION_MATCH_SCORE: String(score) });
    const under = await fixture.env.startProgram({ PIS_ONLINE_DEDUPLICATION_MATCH_SCORE: below });
    const found = registeredBy(await fixture.signUp(sign(), under));
    expect(found.person.id).toBe(personId);
    const made = registeredBy(await fixture.signUp(sign(), at));
    expect(made.person.id).not.toBe(personId);
    await fixture.env.stopProgram(at);
    await fixture.env.stopProgram(under);
  });

  it('does not matter to a content that was registered before', async () => {
    const signed = sign();
    const { person } = registeredBy(await fixture.signUp(signed));
    await fixture.env.sql.run(
      `UPDATE mpi.persons SET last_name = 'Шипшина', first_name = 'Устим' WHERE id = '${person.id}'`,
    );
    expect(registeredBy(await fixture.signUp(signed)).person.id).toBe(person.id);
    // The same words signed once more are another content, and nobody is like them any more.
    expect(registeredBy(await fixture.signUp(sign())).person.id).not.toBe(person.id);
  });

  it('does not matter to it either when another person has become like it', async () => {
    const signed = sign();
    const { person } = registeredBy(await fixture.signUp(signed));
    await registeredAs(aChild().build()).save(fixture.env.sql);
    expect(registeredBy(await fixture.signUp(signed)).person.id).toBe(person.id);
    const anew = sign();
    const jwt = await fixture.sessionOf(anew);
    expect(await refused.run(() => fixture.register({ ...anew, jwt }))).toEqual({
      status: 401,
      type: 'access_denied',
      message: 'It is impossible to uniquely identify the person.',
    });
  });

  it('of a deactivated person does not matter: a new person is registered, also by the same content', async () => {
    const signed = sign();
    const { person } = registeredBy(await fixture.signUp(signed));
    const [first] = await signUpsOf(fixture.env.sql, person.id);
    await fixture.env.sql.run(`UPDATE mpi.persons SET status = 'inactive' WHERE id = '${person.id}'`);
    const again = registeredBy(await fixture.signUp(signed));
    expect(again.person.id).not.toBe(person.id);
    expect(first).toMatchObject({ content_sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    const { content_sha256 } = first ?? {};
    expect(await signUpsOf(fixture.env.sql, again.person.id)).toMatchObject([{ content_sha256 }]);
  });
});
