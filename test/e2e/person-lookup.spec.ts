import { beforeEach, describe, expect, it } from 'vitest';
import { aCaller, aPerson, auditOf, type PersonBuilder, readingsIn } from '../support/builders';
import { askConsole } from '../support/console-client';
import { OfficialClient } from '../support/api-clients';
import { expectNoMarker } from '../support/personal-data';
import { OFFICIAL } from '../support/registrations';
import { refusalIn } from '../support/sign-up-fixture';
import { TestEnvironment } from '../support/test-environment';

const NOBODY = '99999999-9999-4999-8999-999999999999';
/** Another official, who uses the pages. */
const READER = '88888888-8888-4888-8888-888888888888';
const SEARCH = '/api/admin/persons/search';
const REASON = { reason: 'complaint' } as const;

/** What is typed in and must not be kept anywhere. */
const TYPED = ['Перепелиця', 'Любомира', '3121234542', '19850615-00042', '648201'];

const env = TestEnvironment.forThisFile();
let official: OfficialClient;

beforeEach(async () => {
  official = await OfficialClient.of(env);
});

const perepelytsia = (): PersonBuilder =>
  aPerson()
    .named('Перепелиця', 'Любомира', 'Віталіївна')
    .bornOn('1985-06-15')
    .withTaxId('3121234542')
    .withUnzr('19850615-00042')
    .withPassport('КВ648201', { issuedAt: '2003-07-01' });

const search = (asked: object) => official.post(SEARCH, { ...REASON, ...asked });

const NAME = { last_name: 'Перепелиця', first_name: 'Любомира', birth_date: '1985-06-15' };

const BY = [
  ['document', { document: { type: 'PASSPORT', number: 'КВ648201' } }],
  ['tax_id', { tax_id: '3121234542' }],
  ['unzr', { unzr: '19850615-00042' }],
  ['name', { name: NAME }],
] as const;

describe('The search for a person', () => {
  it.each(BY)('by %s finds them, masked, and leaves an audit row', async (by, asked) => {
    const person = await perepelytsia().save(env.sql);
    await aPerson().named('Перепелиця', 'Софія').withPassport('КВ648202').save(env.sql);
    const { status, body } = await search(asked);
    expect(status).toBe(200);
    expect(body.data).toEqual({
      persons: [
        {
          id: person,
          name: 'Перепелиця Л. В.',
          birth_year: 1985,
          tax_id: '********42',
          unzr: '************42',
          documents: [{ type: 'PASSPORT', number: '******01' }],
          is_active: true,
          verification_status: 'VERIFICATION_NEEDED',
        },
      ],
      more: false,
    });
    const changeset = {
      read: 'person_search',
      by,
      more: false,
      reason: 'complaint',
      count: 1,
      ids: [person],
    };
    expect(await readingsIn(env.sql)).toEqual([
      { actor_id: OFFICIAL, resource: 'persons', resource_id: person, changeset },
    ]);
  });

  it.each(BY)(
    'by %s that finds nobody leaves an audit row too, without what was typed in',
    async (by, asked) => {
      await aPerson().save(env.sql);
      expect((await search(asked)).body.data).toEqual({ persons: [], more: false });
      const changeset = { read: 'person_search', by, more: false, reason: 'complaint', count: 0, ids: [] };
      expect(await readingsIn(env.sql)).toEqual([
        { actor_id: OFFICIAL, resource: 'persons', resource_id: null, changeset },
      ]);
      expectNoMarker(JSON.stringify(await readingsIn(env.sql)), TYPED, 'the audit log');
      expectNoMarker(env.program.logged.join('\n'), TYPED, 'the log');
    },
  );

  it.each([
    ['small Latin letters and a hyphen', { document: { type: 'PASSPORT', number: 'kb-648201' } }],
    ['transliterated', { document: { type: 'PASSPORT', number: 'KV648201' } }],
    ['transliterated, with an apostrophe', { document: { type: 'PASSPORT', number: "KV'648.201" } }],
    ['blanks and the sign of a number', { document: { type: 'PASSPORT', number: ' КВ № 648 201 ' } }],
    ['a name in capitals', { name: { ...NAME, last_name: 'ПЕРЕПЕЛИЦЯ ' } }],
    [
      'letters that registrars confuse',
      { name: { ...NAME, last_name: 'пєрєпєліця', first_name: 'Любоміра' } },
    ],
  ])('is one whatever the spelling: %s', async (_, asked) => {
    const person = await perepelytsia().save(env.sql);
    expect((await search(asked)).body.data.persons).toMatchObject([{ id: person }]);
  });

  it.each([
    ['another type of document', { document: { type: 'NATIONAL_ID', number: 'КВ648201' } }],
    ['another first name', { name: { ...NAME, first_name: 'Софія' } }],
    ['another day', { name: { ...NAME, birth_date: '1985-06-16' } }],
    ['another number', { tax_id: '3121234543' }],
  ])('does not find them by %s', async (_, asked) => {
    await perepelytsia().save(env.sql);
    expect((await search(asked)).body.data).toEqual({ persons: [], more: false });
  });

  it.each(BY)('by %s marks inactive persons, after the active ones', async (_, asked) => {
    const inactive = await perepelytsia().inactive().save(env.sql);
    const active = await perepelytsia().save(env.sql);
    expect((await search(asked)).body.data.persons).toMatchObject([
      { id: active, is_active: true },
      { id: inactive, is_active: false },
    ]);
  });

  it('shows twenty persons and says that there are more', async () => {
    const saved: string[] = [];
    for (let each = 0; each < 20; each += 1) saved.push(await perepelytsia().save(env.sql));
    expect((await search({ name: NAME })).body.data).toMatchObject({ persons: { length: 20 }, more: false });
    saved.push(await perepelytsia().save(env.sql));
    const { data } = (await search({ name: NAME })).body;
    const ids = data.persons.map(({ id }: { id: string }) => id);
    expect([ids, data.more]).toEqual([saved.sort().slice(0, 20), true]);
    expect((await readingsIn(env.sql)).at(-1)).toMatchObject({
      resource_id: null,
      changeset: { more: true, count: 20, ids },
    });
  });

  it('shows a person with two documents of one number once', async () => {
    const number = 'КВ648201';
    const person = await perepelytsia().withPassport(number.toLowerCase()).save(env.sql);
    const { data } = (await search({ document: { type: 'PASSPORT', number } })).body;
    expect(data.persons).toMatchObject([{ id: person, documents: [{}, {}] }]);
  });

  const ONE = ['$', 'invalid', 'expected exactly one of document, tax_id, unzr and name'];
  const NO_BLANK = 'expected the value to have a character that is no blank';
  it.each([
    [{}, [ONE]],
    [{ unzr: '19850615-00042', tax_id: '3121234542' }, [ONE]],
    [{ tax_id: '312123454' }, [['$.tax_id', 'format', 'string does not match pattern "^[0-9]{10}$"']]],
    [
      { unzr: '1985061500042' },
      [['$.unzr', 'format', 'string does not match pattern "^[0-9]{8}-[0-9]{5}$"']],
    ],
    [
      { document: { type: 'PASS', number: '1' } },
      [['$.document.type', 'inclusion', 'value is not allowed in enum']],
    ],
    [
      { document: { type: 'PASSPORT' } },
      [['$.document.number', 'required', 'required property number was not present']],
    ],
    [
      { name: { ...NAME, birth_date: '15.06.1985' } },
      [['$.name.birth_date', 'format', 'expected the value to be a day of the calendar, YYYY-MM-DD']],
    ],
    [{ name: 'Перепелиця' }, [['$.name', 'cast', 'type mismatch. Expected object but got string']]],
    [{ tax_id: null }, [['$.tax_id', 'cast', 'type mismatch. Expected string but got null']]],
    [
      { unzr: '19850615-00042', reason: 'curiosity' },
      [['$.reason', 'inclusion', 'value is not allowed in enum']],
    ],
    [
      { unzr: '19850615-00042', reason: 'other' },
      [['$.reason_text', 'required', 'required property reason_text was not present']],
    ],
    [
      { unzr: '19850615-00042', reason: 'other', reason_text: ' \t' },
      [['$.reason_text', 'format', NO_BLANK]],
    ],
    [
      { unzr: '19850615-00042', reason_text: 'x'.repeat(256) },
      [['$.reason_text', 'length', 'expected value to have a maximum length of 255 but was 256']],
    ],
  ])('refuses %j and leaves no audit row', async (asked, fields) => {
    expect(refusalIn(await search(asked))).toEqual({
      status: 422,
      type: 'validation_failed',
      message: 'Validation failed',
      fields,
    });
    expect(await readingsIn(env.sql)).toEqual([]);
  });

  it('needs a reason, and keeps the text of another one', async () => {
    const unzr = '19850615-00042';
    expect(refusalIn(await official.post(SEARCH, { unzr }))).toMatchObject({
      status: 422,
      fields: [['$.reason', 'required', 'required property reason was not present']],
    });
    await search({ unzr, reason: 'other', reason_text: ' запит суду № 7 ' });
    expect(await readingsIn(env.sql)).toMatchObject([
      { changeset: { reason: 'other', reason_text: 'запит суду № 7' } },
    ]);
  });

  it('gives nothing away when the audit row cannot be written', async () => {
    await perepelytsia().save(env.sql);
    await env.sql.run('REVOKE INSERT ON mpi.audit_log FROM app');
    try {
      const { status, body } = await search({ name: NAME });
      expect([status, body.data]).toEqual([500, undefined]);
    } finally {
      await env.sql.run('GRANT INSERT ON mpi.audit_log TO app');
    }
  });
});

describe('The card of a person', () => {
  it('is masked, and its reading is audited', async () => {
    const person = await perepelytsia().inactive().save(env.sql);
    const { status, body } = await official.get(`/api/admin/persons/${person}/card`);
    expect(status).toBe(200);
    expect(body.data).toMatchObject({ id: person, name: 'Перепелиця Л. В.', is_active: false });
    expectNoMarker(JSON.stringify(body), TYPED.slice(1), 'the card');
    const changeset = { read: 'GET /api/admin/persons/:id/card', filter: {}, count: 1, ids: [person] };
    expect(await readingsIn(env.sql)).toEqual([
      { actor_id: OFFICIAL, resource: 'persons', resource_id: person, changeset },
    ]);
  });

  it('is shown whole with a reason, which is audited', async () => {
    const person = await perepelytsia().save(env.sql);
    const { status, body } = await official.post(`/api/admin/persons/${person.toUpperCase()}/card/reveal`, {
      reason: 'patient_request',
    });
    expect(status).toBe(200);
    expect(body.data).toEqual({
      id: person,
      last_name: 'Перепелиця',
      first_name: 'Любомира',
      second_name: 'Віталіївна',
      birth_date: '1985-06-15',
      birth_country: 'Україна',
      birth_settlement: 'Калинопіль',
      death_date: null,
      gender: 'FEMALE',
      email: null,
      tax_id: '3121234542',
      no_tax_id: false,
      unzr: '19850615-00042',
      preferred_way_communication: null,
      documents: [
        {
          type: 'PASSPORT',
          number: 'КВ648201',
          issued_by: null,
          issued_at: '2003-07-01',
          expiration_date: null,
        },
      ],
      is_active: true,
      verification_status: 'VERIFICATION_NEEDED',
      inserted_at: expect.stringMatching(/Z$/),
      updated_at: expect.stringMatching(/Z$/),
    });
    const changeset = { read: 'person_card', reason: 'patient_request', count: 1, ids: [person] };
    expect(await readingsIn(env.sql)).toEqual([
      { actor_id: OFFICIAL, resource: 'persons', resource_id: person, changeset },
    ]);
  });

  it('of nobody is 404, without a reason 422, and neither leaves an audit row', async () => {
    const person = await perepelytsia().save(env.sql);
    const missing = { status: 404, type: 'not_found', message: 'Person not found' };
    expect(refusalIn(await official.get(`/api/admin/persons/${NOBODY}/card`))).toEqual(missing);
    const reveal = (id: string, body: object) => official.post(`/api/admin/persons/${id}/card/reveal`, body);
    expect(refusalIn(await reveal(NOBODY, REASON))).toEqual(missing);
    for (const body of [{}, { reason: 'other' }, { ...REASON, more: 1 }])
      expect((await reveal(person, body)).status).toBe(422);
    expect((await reveal('1', REASON)).status).toBe(422);
    expect(await readingsIn(env.sql)).toEqual([]);
  });
});

describe('The pages of persons', () => {
  let session: string;
  beforeEach(async () => {
    const scope = 'person:read person:verify person_verification:details';
    session = await aCaller().withUserId(READER).withScope(scope).save(env.sql);
  });

  /** A form is sent, or a page opened when there is none. */
  async function shown(path: string, form?: Record<string, string>, cookie = '') {
    const sent = { session, cookie, ...(form === undefined ? {} : { form }) };
    const answer = await askConsole(env, path, sent);
    const cookies = answer.headers.getSetCookie();
    return {
      status: answer.status,
      html: await answer.text(),
      cookies,
      place: answer.headers.get('location'),
    };
  }

  it('keep the reason for the card in a cookie, which signing out removes', async () => {
    const person = await perepelytsia().save(env.sql);
    const form = { reason: 'other', reason_text: 'запит суду № 7', unzr: ' 19850615-00042' };
    const { status, html, cookies } = await shown('/console/persons', form);
    expect([status, html.includes(`href="/console/persons/${person}"`)]).toEqual([200, true]);
    const [reason = ''] = cookies.filter((cookie) => cookie.startsWith('__Host-console-reason='));
    expect(reason).toMatch(/; Path=\/;.*; HttpOnly; Secure; SameSite=Strict/);
    const kept = await shown(`/console/persons/${person}`, undefined, reason.split(';', 1)[0]);
    expect(kept.html).toContain('value="запит суду № 7"');
    expect(kept.html).toMatch(/<option value="other" selected>/);
    expect((await shown('/console/sign-out', {})).cookies.join()).toContain('__Host-console-reason=;');
  });

  it.each([
    '',
    'x',
    Buffer.from('null').toString('base64url'),
    Buffer.from('{"reason":7}').toString('base64url'),
  ])('are shown with the cookie %j as without one', async (value) => {
    const { status, html } = await shown('/console/persons', undefined, `__Host-console-reason=${value}`);
    expect([status, html.includes('selected')]).toEqual([200, false]);
  });

  it.each([
    [{ reason: 'complaint' }, 'Заповніть один спосіб пошуку'],
    [{ reason: 'complaint', unzr: '19850615-00042', tax_id: '3121234542' }, 'Заповніть один спосіб пошуку'],
    [{ reason: 'complaint', name_last_name: 'Перепелиця' }, 'Імʼя: заповніть поле'],
    [{ reason: 'complaint', document_type: 'PASSPORT' }, 'Серія та номер документа: заповніть поле'],
    [{ reason: 'other', unzr: '19850615-00042' }, 'Пояснення підстави: заповніть поле'],
    [{ unzr: '19850615-00042' }, 'Підстава перегляду: заповніть поле'],
  ])('show what is wrong with %j, and search for nobody', async (form, message) => {
    const { status, html } = await shown('/console/persons', form);
    expect([status, html.includes(message)]).toEqual([422, true]);
    expect(await readingsIn(env.sql)).toEqual([]);
  });

  it('show the card only with a reason', async () => {
    const person = await perepelytsia().save(env.sql);
    const { status, html } = await shown(`/console/persons/${person}/card`, { reason: 'other' });
    expect(status).toBe(422);
    expectNoMarker(html, ['Любомира', '3121234542'], 'the page');
    expect((await readingsIn(env.sql)).map(({ changeset }) => changeset?.['read'])).toEqual([
      'POST /console/persons/:id/card',
    ]);
  });

  it('have a stream checked with the next run, and refuse it for an inactive person', async () => {
    const person = await perepelytsia()
      .stream('dms_passport', 'NOT_VERIFIED', 'AUTO_NOT_VALID')
      .save(env.sql);
    const inactive = await aPerson().inactive().save(env.sql);
    const form = { stream: 'dms_passport' };
    expect(await shown(`/console/persons/${person}/checks`, form)).toMatchObject({
      status: 303,
      place: `/console/persons/${person}`,
      cookies: [expect.stringContaining('=check_queued')],
    });
    expect(await auditOf(env.sql, person)).toMatchObject([{ row: 'S10', actor_id: READER }]);
    expect((await shown(`/console/persons/${inactive}/checks`, form)).status).toBe(409);
    expect((await shown(`/console/persons/${inactive}`)).html).not.toContain('/checks"');
    for (const stream of ['nhs', 'passport', ''])
      expect((await shown(`/console/persons/${person}/checks`, { stream })).status).toBe(422);
  });

  it('of a person whose verification was never written say so', async () => {
    const person = await perepelytsia().save(env.sql);
    await env.sql.run('DELETE FROM mpi.person_verifications');
    const { status, html } = await shown(`/console/persons/${person}`);
    expect([status, html.includes('Верифікацію цієї особи не розпочато')]).toEqual([200, true]);
    expect((await shown(`/console/persons/live/${person}/checks`)).status).toBe(404);
    expect((await shown(`/console/persons/${NOBODY}`)).status).toBe(404);
  });
});
