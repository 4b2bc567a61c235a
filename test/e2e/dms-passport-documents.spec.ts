import { describe, expect, it } from 'vitest';
import { aPerson, type PersonBuilder, verificationOf } from '../support/builders';
import { TestEnvironment } from '../support/test-environment';

const env = TestEnvironment.forThisFile();

/** The day of Kyiv that lies so many days from today, as the database counts. */
async function kyivDay(days: number): Promise<string> {
  const text = `SELECT ((now() AT TIME ZONE 'Europe/Kyiv')::date + $1::int)::text AS day`;
  const [row] = await env.sql.query<{ day: string }>({ text }, [days]);
  return row?.day ?? '';
}

/** Which passports the register was asked about. */
async function askedAbout(person: PersonBuilder): Promise<string[]> {
  await person.save(env.sql);
  await env.run();
  return env.register.requests().map(({ key }) => key);
}

describe('Of several passports the register is asked about', () => {
  it('the one that was issued last', async () => {
    const [old, latest, middle] = [env.passport(), env.passport(), env.passport()];
    const person = aPerson()
      .withPassport(old, { issuedAt: '1999-05-05' })
      .withPassport(latest, { issuedAt: '2015-05-06' })
      .withPassport(middle, { issuedAt: '2015-05-05' });
    expect(await askedAbout(person)).toEqual([latest]);
  });

  it('one with a day of issue rather than one without', async () => {
    const [undated, dated] = [env.passport(), env.passport()];
    const person = aPerson().withPassport(undated).withPassport(dated, { issuedAt: '1994-01-01' });
    expect(await askedAbout(person)).toEqual([dated]);
  });

  it.each([
    ['two issued on one day', '2001-09-09'],
    ['two without a day of issue', null],
  ])('the one with the smaller id: %s', async (_when, issuedAt) => {
    const [bigger, smaller] = [env.passport(), env.passport()];
    const person = await aPerson().withPassport(bigger).withPassport(smaller).save(env.sql);
    const text = `
      UPDATE mpi.person_documents SET issued_at = $3::date,
             id = CASE number WHEN $2 THEN '0fffffff-ffff-4fff-bfff-ffffffffffff'::uuid
                              ELSE 'f0000000-0000-4000-8000-000000000000' END
       WHERE person_id = $1`;
    await env.sql.query({ text }, [person, smaller, issuedAt]);
    await env.run();
    expect(env.register.requests().map(({ key }) => key)).toEqual([smaller]);
  });

  it('none that expired yesterday, though it was issued later', async () => {
    const [valid, expired] = [env.passport(), env.passport()];
    const person = aPerson()
      .withPassport(valid, { issuedAt: '1999-05-05' })
      .withPassport(expired, { issuedAt: '2015-05-06', expirationDate: await kyivDay(-1) });
    expect(await askedAbout(person)).toEqual([valid]);
  });

  it('one whose last day is today', async () => {
    const passport = env.passport();
    const person = aPerson().withPassport(passport, { expirationDate: await kyivDay(0) });
    expect(await askedAbout(person)).toEqual([passport]);
  });

  it('no ID card, though it was issued later', async () => {
    const passport = env.passport();
    const person = aPerson()
      .withPassport(passport, { issuedAt: '1999-05-05' })
      .withNationalId('000123456', { issuedAt: '2020-01-01' });
    expect(await askedAbout(person)).toEqual([passport]);
  });

  it('the chosen one even when it is malformed and another would be sound', async () => {
    const sound = env.passport();
    const person = aPerson()
      .withPassport(sound, { issuedAt: '1999-05-05' })
      .withPassport('КВ12345', { issuedAt: '2015-05-06' });
    expect(await askedAbout(person)).toEqual([]);
  });
});

describe('S4: there is nothing to check for', () => {
  it.each([
    ['who holds an ID card only', () => aPerson().withNationalId('000123456')],
    [
      'whose passports have all expired',
      () => aPerson().withPassport('КВ123456', { expirationDate: '2021-01-01' }),
    ],
    [
      'who holds no document at all',
      () => aPerson().stream('dms_passport', 'VERIFICATION_NEEDED', 'ONLINE_TRIGGERED'),
    ],
    [
      'whose only sound number is that of another kind of document',
      () =>
        aPerson()
          .withDocument('TEMPORARY_PASSPORT', 'КВ123456')
          .stream('dms_passport', 'VERIFICATION_NEEDED', 'ONLINE_TRIGGERED'),
    ],
  ])('somebody %s', async (_who, builder) => {
    const person = await builder().save(env.sql);
    const run = await env.run();
    expect(await verificationOf(env.sql, person)).toMatchObject({
      dms_passport_verification_status: 'VERIFICATION_NOT_NEEDED',
      dms_passport_verification_reason: 'AUTO_DATA_ABSENT',
    });
    expect(run.counts).toEqual({ batches: 1, taken: 1, absent: 1 });
    expect(env.register.requestCount).toBe(0);
  });
});

describe('S5: nothing is corrected before the register is asked, so malformed are', () => {
  const malformed = [
    ['small letters', 'кв123456'],
    ['a space before the digits', 'КВ 123456'],
    ['a space at the end', 'КВ123456 '],
    ['Latin letters that look alike', 'KB123456'],
    ['one Latin letter among Ukrainian ones', 'КB123456'],
    ['five digits', 'КВ12345'],
    ['seven digits', 'КВ1234567'],
    ['one letter', 'К123456'],
    ['a letter Ukrainian does not have', 'КЫ123456'],
    ['a first letter Ukrainian does not have', 'ЁК123456'],
    ['Arabic digits', 'КВ١٢٣٤٥٦'],
    ['digits only', '001234567'],
  ] as const;

  it('these numbers, each for itself', async () => {
    const persons = new Map<string, string>();
    for (const [what, number] of malformed) {
      persons.set(what, await aPerson().withPassport(number).save(env.sql));
    }
    const run = await env.run();
    for (const [what] of malformed) {
      expect(await verificationOf(env.sql, persons.get(what) ?? ''), what).toMatchObject({
        dms_passport_verification_status: 'NOT_VERIFIED',
        dms_passport_verification_reason: 'AUTO_INCORRECT_DATA',
      });
    }
    expect(run.counts).toEqual({ batches: 1, taken: malformed.length, incorrect: malformed.length });
    expect(env.register.requestCount).toBe(0);
  });

  it('but not those with the letters Ґ, Є, І, Ї', async () => {
    const sound = ['ҐЄ123456', 'ІЇ123456'];
    for (const number of sound) {
      env.register.answer(number, 'NOT_FOUND');
      await aPerson().withPassport(number).save(env.sql);
    }
    const run = await env.run();
    expect(run.counts).toEqual({ batches: 1, taken: 2, verified: 2 });
    expect(
      env.register
        .requests()
        .map(({ key }) => key)
        .sort(),
    ).toEqual(sound.sort());
  });
});
