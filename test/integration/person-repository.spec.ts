import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PERSON_LEGAL_CAPACITY_DOCUMENT_TYPES } from '../../src/domain/person/dictionaries';
import { PersonRepository } from '../../src/persons/person.repository';
import { aPerson, type PersonBuilder } from '../support/builders';
import { openRegistry, type Registry } from '../support/database';

const persons = new PersonRepository();
let registry: Registry;

beforeAll(async () => {
  registry = await openRegistry();
});
afterAll(() => registry.close());

const active = (id: string) => registry.transactions.inTransaction((sql) => persons.findActive(sql, id));

describe('An active person', () => {
  it('is read with names, number and day of birth as written', async () => {
    const id = await aPerson()
      .named('Чорнобривець', 'Волошка', 'Барвінківна')
      .bornOn('1985-03-31')
      .withTaxId('3113300003')
      .save(registry.sql);
    expect(await active(id)).toEqual({
      id,
      lastName: 'Чорнобривець',
      firstName: 'Волошка',
      secondName: 'Барвінківна',
      birthDate: '1985-03-31',
      taxId: '3113300003',
    });
  });

  it.each([`status = 'inactive'`, 'is_active = false', 'status = NULL', 'is_active = NULL'])(
    'is nobody with %s',
    async (change) => {
      const id = await aPerson().save(registry.sql);
      await registry.sql.query({ text: `UPDATE mpi.persons SET ${change} WHERE id = $1` }, [id]);
      expect(await active(id)).toBeUndefined();
    },
  );

  it('is nobody whom the registry does not know', async () => {
    expect(await active(randomUUID())).toBeUndefined();
  });
});

describe('Legal capacity', () => {
  const married = (): PersonBuilder =>
    aPerson().withPassport('КВ123456').withDocument('MARRIAGE_CERTIFICATE', 'ЯЩ-000022');
  const proved = async (person: PersonBuilder): Promise<boolean> => {
    const id = await person.save(registry.sql);
    return registry.transactions.inTransaction((sql) =>
      persons.hasProvedLegalCapacity(sql, id, PERSON_LEGAL_CAPACITY_DOCUMENT_TYPES),
    );
  };

  it.each([
    ['VERIFIED', 'AUTO_ONLINE', true],
    ['VERIFICATION_NOT_NEEDED', 'AUTO_DATA_ABSENT', true],
    ['VERIFICATION_NEEDED', 'ONLINE_TRIGGERED', false],
    ['IN_REVIEW', 'AUTO', false],
    ['NOT_VERIFIED', 'AUTO_NOT_FOUND', false],
  ] as const)(
    'of somebody with such a document whose stream is %s/%s: %s',
    async (status, reason, expected) => {
      expect(await proved(married().stream('legal_capacity', status, reason))).toBe(expected);
    },
  );

  it('is not proved by other documents, nor by none', async () => {
    const stream = ['legal_capacity', 'VERIFIED', 'AUTO_ONLINE'] as const;
    expect(
      await proved(
        aPerson()
          .withPassport('КВ123456')
          .stream(...stream),
      ),
    ).toBe(false);
    expect(await proved(aPerson().stream(...stream))).toBe(false);
  });

  it('is proved by the documents that the settings name, and by no others', async () => {
    const id = await married().stream('legal_capacity', 'VERIFIED', 'AUTO_ONLINE').save(registry.sql);
    const among = (types: readonly ['MARRIAGE_CERTIFICATE' | 'DIVORCE_CERTIFICATE']): Promise<boolean> =>
      registry.transactions.inTransaction((sql) => persons.hasProvedLegalCapacity(sql, id, types));
    expect(await among(['MARRIAGE_CERTIFICATE'])).toBe(true);
    expect(await among(['DIVORCE_CERTIFICATE'])).toBe(false);
  });

  it('is not proved for a person without a row of verifications', async () => {
    const id = await married().save(registry.sql);
    await registry.sql.query({ text: 'DELETE FROM mpi.person_verifications WHERE person_id = $1' }, [id]);
    expect(
      await registry.transactions.inTransaction((sql) =>
        persons.hasProvedLegalCapacity(sql, id, PERSON_LEGAL_CAPACITY_DOCUMENT_TYPES),
      ),
    ).toBe(false);
  });
});
