import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase, type FreshDatabase } from '../support/database';
import {
  aPerson,
  aRelationship,
  aUser,
  relationshipsOf,
  savePersons,
  signUpsOf,
  usersOf,
} from '../support/builders';
import { Session } from '../support/sql-session';

const UNIQUE_VIOLATION = { code: '23505' };
const CHECK_VIOLATION = { code: '23514' };
const FOREIGN_KEY_VIOLATION = { code: '23503' };
const HASH = 'a1'.repeat(32);

describe('The rules about sign-ups that the database keeps itself', () => {
  let database: FreshDatabase;
  let sql: Session;
  let other: Session;
  let observer: Session;
  let personId: string;
  let confidantId: string;
  beforeAll(async () => {
    database = await freshDatabase();
    const session = (): Promise<Session> => Session.open(database.adminUrl);
    [sql, other, observer] = await Promise.all([session(), session(), session()]);
  });
  afterAll(async () => {
    await Promise.all([sql, other, observer].map((session) => session.close()));
    await database.drop();
  });

  async function twoPersons(): Promise<void> {
    [personId = '', confidantId = ''] = await savePersons(sql, [aPerson(), aPerson()]);
  }

  const between = (): ReturnType<typeof aRelationship> => aRelationship().of(personId).through(confidantId);

  it('two persons have at most one active relationship, and any number of ended ones', async () => {
    await twoPersons();
    await between().inactive().save(sql);
    await between().inactive().save(sql);
    await between().save(sql);
    await expect(between().save(sql)).rejects.toMatchObject(UNIQUE_VIOLATION);
    await expect(between().activeTo('2001-01-01').save(sql)).rejects.toMatchObject(UNIQUE_VIOLATION);
    await aRelationship().of(confidantId).through(personId).save(sql);
    expect((await relationshipsOf(sql, personId)).filter(({ is_active }) => is_active)).toHaveLength(1);
  });

  it('of two sessions that write an active relationship of the same persons at once one is refused', async () => {
    await twoPersons();
    await sql.run('BEGIN');
    await between().save(sql);
    const late = between().save(other);
    const refused = expect(late).rejects.toMatchObject(UNIQUE_VIOLATION);
    await sql.isWaitedFor(observer);
    await sql.run('COMMIT');
    await refused;
    expect(await relationshipsOf(sql, personId)).toHaveLength(1);
  });

  it('a relationship is between persons that exist', async () => {
    await twoPersons();
    const nobody = aRelationship().of(personId).through(randomUUID());
    await expect(nobody.save(sql)).rejects.toMatchObject(FOREIGN_KEY_VIOLATION);
  });

  it.each([
    { column: 'relation_type', foreign: 'TERTIARY' },
    { column: 'verification_status', foreign: 'VERIFICATION_NOT_NEEDED' },
    { column: 'verification_reason', foreign: 'INITIAL' },
  ])('a relationship takes no $column from outside the dictionary', async ({ column, foreign }) => {
    await twoPersons();
    await between().save(sql);
    const text = `UPDATE mpi.confidant_person_relationships SET ${column} = $2 WHERE person_id = $1`;
    await expect(sql.query({ text }, [personId, foreign])).rejects.toMatchObject(CHECK_VIOLATION);
  });

  it('a relationship is proved only by documents of the dictionary', async () => {
    await twoPersons();
    await between().withDocument('BIRTH_CERTIFICATE', 'І-ЯЩ№000017').save(sql);
    const [written] = await relationshipsOf(sql, personId);
    expect(written?.documents).toEqual([
      { type: 'BIRTH_CERTIFICATE', number: 'І-ЯЩ№000017', issued_by: null, issued_at: null },
    ]);
    const text = `UPDATE mpi.confidant_person_relationship_documents SET type = 'PASSPORT'`;
    await expect(sql.query({ text })).rejects.toMatchObject(CHECK_VIOLATION);
  });

  it('a person has at most one active user, and any number of inactive ones', async () => {
    await twoPersons();
    await aUser().ofPerson(personId).inactive().save(sql);
    await aUser().ofPerson(personId).inactive().save(sql);
    await aUser().ofPerson(personId).blocked().save(sql);
    await expect(aUser().ofPerson(personId).save(sql)).rejects.toMatchObject(UNIQUE_VIOLATION);
    expect(await usersOf(sql, personId)).toHaveLength(3);
  });

  it('a tax number belongs to at most one active user, in any spelling, and to any number of inactive ones', async () => {
    const taxId = '0000000017';
    await aUser().withTaxId(taxId).inactive().save(sql);
    const id = await aUser().withTaxId(taxId).save(sql);
    for (const spelling of [taxId, '000 000 00-17'])
      await expect(aUser().withTaxId(spelling).save(sql)).rejects.toMatchObject(UNIQUE_VIOLATION);
    const text = 'UPDATE mithril.users SET is_active = true WHERE tax_id = $1';
    await expect(sql.query({ text }, [taxId])).rejects.toMatchObject(UNIQUE_VIOLATION);
    await sql.query({ text: 'UPDATE mithril.users SET is_active = false WHERE id = $1' }, [id]);
    await aUser().withTaxId(taxId).save(sql);
  });

  it('several users may be without a person, without a number, or have one passport', async () => {
    for (const number of ['', '', 'МЮ123456', 'МЮ123456']) await aUser().withTaxId(number).save(sql);
    await Promise.all([aUser().save(sql), aUser().save(sql)]);
    const text = `SELECT id FROM mithril.users WHERE tax_id IN ('', 'МЮ123456') AND person_id IS NULL`;
    expect(await sql.query({ text })).toHaveLength(4);
  });

  it('a user is active and not blocked by default', async () => {
    const id = randomUUID();
    const text = 'INSERT INTO mithril.users (person_id) VALUES ($1)';
    await sql.query({ text }, [id]);
    expect(await usersOf(sql, id)).toMatchObject([{ is_active: true, is_blocked: false }]);
  });

  it('a token is kept once', async () => {
    const userId = await aUser().save(sql);
    const text = `INSERT INTO mithril.tokens (name, value_hash, user_id) VALUES ('access_token', $1, $2)`;
    await sql.query({ text }, [HASH, userId]);
    await expect(sql.query({ text }, [HASH, userId])).rejects.toMatchObject(UNIQUE_VIOLATION);
  });

  const signedUp = (hash: string): Promise<unknown> => {
    const text = 'INSERT INTO mpi.sign_ups (content_sha256, person_id) VALUES ($1, $2)';
    return sql.query({ text }, [hash, personId]);
  };

  it('a signed content is kept once, whomever it found', async () => {
    await twoPersons();
    await signedUp(HASH);
    await expect(signedUp(HASH)).rejects.toMatchObject(UNIQUE_VIOLATION);
    await expect(signedUp(HASH.toUpperCase())).rejects.toMatchObject(CHECK_VIOLATION);
    await expect(signedUp('a1')).rejects.toMatchObject(CHECK_VIOLATION);
    expect(await signUpsOf(sql, personId)).toEqual([
      { content_sha256: HASH, person_id: personId, user_id: null, created_person: false },
    ]);
  });

  it('a legal entity refuses a status outside the dictionary, and accepts any type', async () => {
    const text = 'INSERT INTO prm.legal_entities (type, status) VALUES ($1, $2)';
    await sql.query({ text }, ['PHARMACY', 'ACTIVE']);
    await expect(sql.query({ text }, ['PHARMACY', 'OPEN'])).rejects.toMatchObject(CHECK_VIOLATION);
  });

  it('a parameter has one value', async () => {
    const text = `INSERT INTO prm.global_parameters (parameter, value) VALUES ('no_self_auth_age', '13')`;
    await expect(sql.query({ text })).rejects.toMatchObject(UNIQUE_VIOLATION);
  });
});
