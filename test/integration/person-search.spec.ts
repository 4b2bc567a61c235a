import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Sql } from '../../src/database/transactions';
import type { LookUp, SearchKeys } from '../../src/domain/person/matching/matching-person';
import { aPerson, type PersonBuilder } from '../support/builders';
import { KEYS, openSearchFixture, type SearchFixture } from './search-fixture';

const BORN = KEYS.birthDate;
const TAX_ID = '3111111117';

describe('Whom a search meets', () => {
  let fixture: SearchFixture;
  beforeAll(async () => {
    fixture = await openSearchFixture();
  });
  beforeEach(() => fixture.empty());
  afterAll(() => fixture.close());

  const save = (builder: PersonBuilder): Promise<string> => builder.save(fixture.sql);
  const child = (): PersonBuilder => aPerson().bornOn(BORN).named('Верболоз', 'Зоряна');
  const met = (lookUp: LookUp, keys: Partial<SearchKeys>): Promise<string[]> => fixture.met(lookUp, keys);

  describe.each(['tax_id', 'tax_id_or_certificate'] as const)('by %s', (lookUp) => {
    it('is who has the birth date and the tax number, whatever the name', async () => {
      const id = await save(child().named('Шипшина', 'Ясен').withTaxId(TAX_ID));
      await save(child().withTaxId('3111111118'));
      await save(child().bornOn('2019-05-07').withTaxId(TAX_ID));
      await save(child());
      expect(await met(lookUp, { taxId: TAX_ID })).toEqual([id]);
    });

    it('are all who have them', async () => {
      const ids = [await save(child().withTaxId(TAX_ID)), await save(child().withTaxId(TAX_ID))];
      expect(await met(lookUp, { taxId: TAX_ID })).toEqual(ids.sort());
    });

    it('is nobody without a tax number, not even who has an empty one', async () => {
      await save(child().withTaxId(''));
      await save(child());
      expect(await met(lookUp, {})).toEqual([]);
    });
  });

  it('is nobody by a tax number alone when certificates do not count any more', async () => {
    await save(child().withDocument('BIRTH_CERTIFICATE', 'І-ЯЩ 123456'));
    expect(await met('tax_id', { taxId: TAX_ID, certificateDigits: ['123456'] })).toEqual([]);
  });

  describe('by the certificate', () => {
    const byCertificate = (digits: string, keys: Partial<SearchKeys> = {}): Promise<string[]> =>
      met('tax_id_or_certificate', { certificateDigits: [digits], ...keys });

    it.each(['І-ЯЩ № 123456', 'ЖЖ123456', '123456', '12-34/56'])(
      'is who has one with its digits: %s',
      async (number) => {
        const id = await save(child().withDocument('BIRTH_CERTIFICATE', number));
        expect(await byCertificate('123456')).toEqual([id]);
      },
    );

    it.each(['1-ЯЩ№777003', 'I-ЯЩ№777003', '!ЯЩ777003', 'Q-ЯЩ777003', 'і-ящ(777003)', '1777003'])(
      'is who has one with its digits when each Roman one is a digit: %s',
      async (number) => {
        const id = await save(child().withDocument('BIRTH_CERTIFICATE', number));
        expect(await byCertificate('1777003')).toEqual([id]);
      },
    );

    it('is who has one with either of its digits, once', async () => {
      const id = await save(child().withDocument('BIRTH_CERTIFICATE', 'І-ЯЩ№777003'));
      expect(await met('tax_id_or_certificate', { certificateDigits: ['777003', '1777003'] })).toEqual([id]);
      expect(await byCertificate('777003')).toEqual([id]);
    });

    it.each([
      ['other digits', child().withDocument('BIRTH_CERTIFICATE', '1ЯЩ123456')],
      ['a Roman one in place of a digit', child().withDocument('BIRTH_CERTIFICATE', 'ЯЩ12345І')],
      ['Roman ones and no digits', child().withDocument('BIRTH_CERTIFICATE', 'ІІІІІІ')],
      ['another birth date', child().bornOn('2019-05-07').withDocument('BIRTH_CERTIFICATE', 'ЯЩ123456')],
      [
        'another last name',
        child().named('Верболіз', 'Зоряна').withDocument('BIRTH_CERTIFICATE', 'ЯЩ123456'),
      ],
      ['a document of another type', child().withDocument('BIRTH_CERTIFICATE_FOREIGN', 'ЯЩ123456')],
    ])('is nobody with %s', async (_, builder) => {
      await save(builder);
      expect(await byCertificate('123456')).toEqual([]);
    });

    it.each([
      ['Верболоз', 'ВЕРБОЛОЗ'],
      ['ВЕРБОЛОЗ', 'верболоз'],
      ['Верба Лоза', 'ВербаЛоза'],
      ['ВербаЛоза', 'Верба Лоза'],
      ['ЇЖАКЕВИЧ ҐЕДЗЬ', 'їжакевич ґедзь'],
      ['Верба\u00a0Лоза', 'верба лоза'],
      ['Нечуй Левицький', 'Нечуй-Левицький'],
      ['Нечуй–Левицький', 'нечуйлевицький'],
      ['Демяненко', "Дем'яненко"],
      ['Дем’яненко', 'Демяненко'],
      ['Дем`яненко', 'Демʼяненко'],
      ['Гринько', 'Грінько'],
      ['Єлисєєнко', 'Еліс Еенко'],
      ['Ґедзь', 'Гедзь'],
      ['Beрбoлoз', 'Верболоз'],
    ])('takes the last name %s for %s', async (saved, asked) => {
      const id = await save(child().named(saved, 'Зоряна').withDocument('BIRTH_CERTIFICATE', 'ЯЩ1'));
      expect(await byCertificate('1', { lastName: asked })).toEqual([id]);
    });

    it('is asked only when the tax number met nobody', async () => {
      const byNumber = await save(child().named('Шипшина', 'Ясен').withTaxId(TAX_ID));
      const byPaper = await save(child().withDocument('BIRTH_CERTIFICATE', 'ЯЩ123456'));
      expect(await byCertificate('123456', { taxId: TAX_ID })).toEqual([byNumber]);
      expect(await byCertificate('123456', { taxId: '3999999999' })).toEqual([byPaper]);
    });

    it('finds a person once, however many certificates fit', async () => {
      const id = await save(
        child().withDocument('BIRTH_CERTIFICATE', 'ЯЩ1').withDocument('BIRTH_CERTIFICATE', 'ЖЖ1'),
      );
      expect(await byCertificate('1')).toEqual([id]);
    });

    it('without digits meets nobody, not even who has one without digits', async () => {
      await save(child().withDocument('BIRTH_CERTIFICATE', 'БЕЗНОМЕРА'));
      expect(await met('tax_id_or_certificate', { certificateDigits: [] })).toEqual([]);
    });
  });

  it.each([`status = 'inactive'`, 'is_active = false', 'status = NULL', 'is_active = NULL'])(
    'excludes a person: %s',
    async (change) => {
      const id = await save(
        child().withTaxId(TAX_ID).withDocument('BIRTH_CERTIFICATE', 'ЯЩ1').withPassport('КВ1'),
      );
      const keys = { certificateDigits: ['1'], documents: [{ type: 'PASSPORT', number: 'КВ1' }] } as const;
      const all = (): Promise<string[][]> =>
        Promise.all([
          met('tax_id', { taxId: TAX_ID }),
          met('tax_id_or_certificate', { taxId: TAX_ID }),
          met('tax_id_or_certificate', keys),
          met('documents', keys),
        ]);
      expect(await all()).toEqual([[id], [id], [id], [id]]);
      await fixture.sql.query({ text: `UPDATE mpi.persons SET ${change} WHERE id = $1` }, [id]);
      expect(await all()).toEqual([[], [], [], []]);
    },
  );

  it('returns everything the score needs, in two statements', async () => {
    const id = await save(
      child()
        .bornIn('с. Калинопіль')
        .withTaxId(TAX_ID)
        .withPassport('КВ123456')
        .withAddress({ type: 'REGISTRATION', settlement: 'Мальвинськ' })
        .withAddress({ type: 'RESIDENCE', settlement: 'Селоград' })
        .withAuthenticationMethod('OTP', { phoneNumber: '+380000000001' })
        .withAuthenticationMethod('OTP', { phoneNumber: '+380000000002', isActive: false })
        .withAuthenticationMethod('OFFLINE'),
    );
    const sent: string[] = [];
    const counted: Sql = {
      query: (statement, values) => {
        sent.push(statement.name ?? 'unnamed');
        return fixture.sql.query(statement, values);
      },
      repository: (entity) => fixture.sql.repository(entity),
    };
    expect(await fixture.search.candidates(counted, 'tax_id', { ...KEYS, taxId: TAX_ID })).toEqual([
      {
        id,
        person: {
          firstName: 'Зоряна',
          lastName: 'Верболоз',
          secondName: null,
          birthDate: BORN,
          birthSettlement: 'с. Калинопіль',
          gender: 'FEMALE',
          taxId: TAX_ID,
          documents: [{ type: 'PASSPORT', number: 'КВ123456' }],
          otpPhones: ['+380000000001'],
          residenceSettlement: 'Селоград',
        },
      },
    ]);
    expect(sent).toEqual(['find_persons_by_tax_id', 'read_person_candidates']);
  });

  it('is asked for in one statement when there is nobody', async () => {
    let sent = 0;
    const counted: Sql = {
      query: (statement, values) => {
        sent += 1;
        return fixture.sql.query(statement, values);
      },
      repository: (entity) => fixture.sql.repository(entity),
    };
    expect(
      await fixture.met('documents', { documents: [{ type: 'PASSPORT', number: 'КВ9' }] }, counted),
    ).toEqual([]);
    expect(sent).toBe(1);
  });
});
