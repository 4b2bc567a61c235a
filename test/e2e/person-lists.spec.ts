import { beforeEach, describe, expect, it } from 'vitest';
import { aPerson, type PersonBuilder } from '../support/builders';
import { OFFICIAL } from '../support/registrations';
import { TestEnvironment } from '../support/test-environment';
import { OfficialClient } from '../support/api-clients';
import { refusalIn } from '../support/sign-up-fixture';

const NOBODY = '99999999-9999-4999-8999-999999999999';
const ALL = '/api/persons/verifications';
const UNVERIFIED = '/api/admin/persons/unverified';

const env = TestEnvironment.forThisFile();
let official: OfficialClient;

beforeEach(async () => {
  official = await OfficialClient.of(env);
});

/** The persons of a list, in its order, and how many it has. */
async function listed(path: string) {
  const { status, body } = await official.get(path);
  expect(status).toBe(200);
  expect(body.meta.type).toBe('list');
  return { ids: body.data.map(({ id }: { id: string }) => id), total: body.paging.total_entries };
}

const idOf = (n: number): string => `00000000-0000-4000-9000-00000000000${n}`;
const save = (n: number, person: PersonBuilder) => person.withId(idOf(n)).save(env.sql);

/** One of each kind, and two who are not active. */
async function saveAll(): Promise<void> {
  await save(1, aPerson());
  await save(2, aPerson().stream('nhs', 'VERIFICATION_NEEDED', 'RULES_TRIGGERED'));
  await save(3, aPerson().stream('nhs', 'NOT_VERIFIED', 'DOCUMENTS_TRIGGERED'));
  await save(4, aPerson().stream('nhs', 'NOT_VERIFIED', 'MANUAL').cumulative('NOT_VERIFIED'));
  await save(5, aPerson().withPassport(env.passport()).stream('nhs', 'IN_REVIEW', 'MANUAL'));
  await save(6, aPerson().stream('nhs', 'NOT_VERIFIED', 'MANUAL').inactive());
  await save(7, aPerson().inactive());
}

const ids = (...numbers: number[]): string[] => numbers.map(idOf);

describe(`GET ${ALL}`, () => {
  beforeEach(saveAll);

  it('lists active persons with nothing but their cumulative status', async () => {
    const { body } = await official.get(ALL);
    expect(body.data).toEqual([
      { id: idOf(1), verification_status: 'VERIFIED' },
      { id: idOf(2), verification_status: 'VERIFICATION_NEEDED' },
      { id: idOf(3), verification_status: 'CHANGES_NEEDED' },
      { id: idOf(4), verification_status: 'NOT_VERIFIED' },
      { id: idOf(5), verification_status: 'VERIFICATION_NEEDED' },
    ]);
    expect(body.paging).toEqual({ page_number: 1, page_size: 50, total_entries: 5, total_pages: 1 });
  });

  it.each([
    ['VERIFIED', [1]],
    ['VERIFICATION_NEEDED', [2, 5]],
    ['CHANGES_NEEDED', [3]],
    ['NOT_VERIFIED', [4]],
    ['', [1, 2, 3, 4, 5]],
  ])('lists those who are %s', async (status, numbers) => {
    expect(await listed(`${ALL}?verification_status=${status}`)).toEqual({
      ids: ids(...numbers),
      total: numbers.length,
    });
  });

  it('shows every person on exactly one page', async () => {
    for (const [page, numbers] of [
      [1, [1, 2]],
      [2, [3, 4]],
      [3, [5]],
      [4, []],
      [1_000_000_00, []],
    ] as const)
      expect(await listed(`${ALL}?page=${page}&page_size=2`)).toEqual({ ids: ids(...numbers), total: 5 });
  });

  it('also lists a person whose status another program left empty', async () => {
    await env.sql.run(`UPDATE mpi.persons SET verification_status = NULL WHERE id = '${idOf(1)}'`);
    expect((await listed(ALL)).total).toBe(5);
    expect((await listed(UNVERIFIED)).ids).toContain(idOf(1));
  });

  it('reports all faults of filter and paging at once', async () => {
    expect(refusalIn(await official.get(`${ALL}?verification_status=IN_REVIEW&page=0&page_size=x`))).toEqual({
      status: 422,
      type: 'validation_failed',
      message: 'Validation failed',
      fields: [
        ['$.verification_status', 'inclusion', 'value is not allowed in enum'],
        ['$.page', 'invalid', 'expected the value to be greater than or equal to 1'],
        ['$.page_size', 'cast', 'type mismatch. Expected integer but got string'],
      ],
    });
    const twice = await official.get(`${ALL}?verification_status=VERIFIED&verification_status=VERIFIED`);
    expect(twice.status).toBe(422);
  });
});

describe(`GET ${UNVERIFIED}`, () => {
  beforeEach(saveAll);

  it('lists active persons who are not verified', async () => {
    expect(await listed(UNVERIFIED)).toEqual({ ids: ids(2, 3, 4, 5), total: 4 });
    expect(await listed(`${UNVERIFIED}?page=2&page_size=3`)).toEqual({ ids: ids(5), total: 4 });
  });

  it.each([
    ['stream=nhs&status=VERIFICATION_NEEDED', [2]],
    ['stream=nhs&status=NOT_VERIFIED', [3, 4]],
    ['stream=nhs&status=NOT_VERIFIED&reason=MANUAL', [4]],
    ['stream=nhs&status=NOT_VERIFIED&reason=', [3, 4]],
    ['stream=nhs&status=IN_REVIEW', [5]],
    ['stream=nhs&status=IN_REVIEW&reason=AUTO', []],
    ['stream=nhs&status=VERIFIED', []],
    ['stream=dms_passport&status=VERIFICATION_NEEDED&reason=ONLINE_TRIGGERED', [5]],
    ['stream=drfo&status=VERIFIED', [2, 3, 4, 5]],
    ['stream=&status=&reason=', [2, 3, 4, 5]],
  ])('with %s lists persons with that status', async (query, numbers) => {
    expect(await listed(`${UNVERIFIED}?${query}`)).toEqual({ ids: ids(...numbers), total: numbers.length });
  });

  it.each([
    ['stream=nhs', [['$.status', 'required']]],
    ['status=IN_REVIEW', [['$.stream', 'required']]],
    [
      'reason=MANUAL',
      [
        ['$.stream', 'required'],
        ['$.status', 'required'],
      ],
    ],
    [
      "stream=x'--&status=VERIFIED&reason=y&page=0",
      [
        ['$.stream', 'inclusion'],
        ['$.reason', 'inclusion'],
        ['$.page', 'invalid'],
      ],
    ],
  ])('refuses %s', async (query, faults) => {
    const { status, body } = await official.get(`${UNVERIFIED}?${query}`);
    expect(status).toBe(422);
    const reported = body.error.invalid.map(
      ({ entry, rules }: { entry: string; rules: { rule: string }[] }) => [entry, rules[0]?.rule],
    );
    expect(reported).toEqual(faults);
    expect(JSON.stringify(body)).not.toContain("x'--");
  });
});

describe(`An entry of ${UNVERIFIED}`, () => {
  const SINCE = '2026-01-01T00:00:00.000Z';

  beforeEach(async () => {
    const person = aPerson()
      .named('Перепелиця', 'Любов', 'Вікторівна')
      .stream('nhs', 'NOT_VERIFIED', 'DOCUMENTS_TRIGGERED', { unverifiedAt: SINCE })
      .stream('drfo', 'VERIFICATION_NEEDED', 'ONLINE_TRIGGERED');
    await save(1, person);
  });

  const nhs = {
    stream: 'nhs',
    verification_status: 'NOT_VERIFIED',
    verification_reason: 'DOCUMENTS_TRIGGERED',
    unverified_at: SINCE,
  };
  const drfo = {
    stream: 'drfo',
    verification_status: 'VERIFICATION_NEEDED',
    verification_reason: 'ONLINE_TRIGGERED',
    unverified_at: null,
  };

  it.each([
    ['', [nhs, drfo]],
    ['?stream=nhs&status=NOT_VERIFIED', [nhs]],
    ['?stream=drfo&status=VERIFICATION_NEEDED', [drfo]],
    [
      '?stream=dracs_name_change&status=VERIFICATION_NOT_NEEDED',
      [
        {
          stream: 'dracs_name_change',
          verification_status: 'VERIFICATION_NOT_NEEDED',
          verification_reason: expect.any(String),
          unverified_at: null,
        },
      ],
    ],
  ])('has the masked name and, with %j, these streams', async (query, streams) => {
    const { body } = await official.get(`${UNVERIFIED}${query}`);
    expect(body.data).toEqual([
      { id: idOf(1), verification_status: 'CHANGES_NEEDED', name: 'Перепелиця Л. В.', streams },
    ]);
  });
});

describe('GET /api/admin/persons/{id}/verification/nhs/moves', () => {
  const movesOf = (personId: string) => official.get(`/api/admin/persons/${personId}/verification/nhs/moves`);
  const N4 = { row: 'N4', verification_status: 'IN_REVIEW', verification_reason: 'MANUAL', comment: 'keep' };
  const N5 = { row: 'N5', verification_status: 'VERIFIED', verification_reason: 'MANUAL', comment: 'clear' };
  const N6 = { ...N5, row: 'N6', verification_status: 'NOT_VERIFIED', comment: 'required' };

  it.each([
    ['VERIFICATION_NEEDED', 'RULES_TRIGGERED', [N4]],
    ['NOT_VERIFIED', 'DOCUMENTS_TRIGGERED', [N4]],
    ['NOT_VERIFIED', 'MANUAL', [N4]],
    ['IN_REVIEW', 'MANUAL', [N5, N6]],
    ['VERIFIED', 'MANUAL', []],
    ['VERIFICATION_NEEDED', 'INITIAL', []],
  ] as const)('from %s/%s', async (verification_status, verification_reason, moves) => {
    const person = await aPerson().stream('nhs', verification_status, verification_reason).save(env.sql);
    const { status, body } = await movesOf(person);
    expect([status, body.data]).toEqual([200, { verification_status, verification_reason, moves }]);
  });

  it('are none for an inactive person, and 404 for nobody', async () => {
    const person = await aPerson().stream('nhs', 'IN_REVIEW', 'MANUAL').inactive().save(env.sql);
    expect((await movesOf(person)).body.data.moves).toEqual([]);
    expect(refusalIn(await movesOf(NOBODY))).toMatchObject({ status: 404, message: 'Person not found' });
    await env.sql.run('DELETE FROM mpi.person_verifications');
    expect((await movesOf(person)).status).toBe(404);
    expect((await movesOf('1')).status).toBe(422);
  });
});

describe('GET /api/admin/persons/{id}/verification/history', () => {
  const historyOf = (personId: string, query = '') =>
    official.get(`/api/admin/persons/${personId}/verification/history${query}`);

  it('returns every change, newest first, page by page', async () => {
    const person = await aPerson()
      .withPassport(env.passport('FOUND'))
      .stream('nhs', 'VERIFICATION_NEEDED', 'RULES_TRIGGERED')
      .save(env.sql);
    await save(1, aPerson().withPassport(env.passport()));
    const { id: runId } = await env.run();
    const address = `/api/admin/persons/${person}/verification`;
    await official.patch(`${address}/nhs`, { status: 'IN_REVIEW' });
    await official.patch(`${address}/dms_passport`, { status: 'VERIFICATION_NEEDED' });
    const { status, body } = await historyOf(person);
    expect(status).toBe(200);
    expect(body.paging).toEqual({ page_number: 1, page_size: 50, total_entries: 3, total_pages: 1 });
    expect(body.data.map(({ row }: { row: string }) => row)).toEqual(['S10', 'N4', 'S7']);
    expect(body.data[1]).toEqual({
      id: expect.any(String),
      inserted_at: expect.stringMatching(/^\d{4}-.*Z$/),
      actor_id: OFFICIAL,
      row: 'N4',
      changeset: {
        nhs_verification_status: { old_value: 'VERIFICATION_NEEDED', new_value: 'IN_REVIEW' },
        nhs_verification_reason: { old_value: 'RULES_TRIGGERED', new_value: 'MANUAL' },
      },
      run_id: null,
      message_id: null,
      duration_ms: null,
      actor_name: null,
      register_answer: null,
      explanation: {
        uk: expect.stringMatching(/ — на опрацюванні: посадова особа НСЗУ взяла особу в роботу \(N4\)\.$/),
        en: expect.stringMatching(/ — in review: an NHS official took the person into work \(N4\)\.$/),
      },
    });
    expect(body.data[2]).toMatchObject({
      run_id: runId,
      message_id: expect.any(String),
      duration_ms: expect.any(Number),
      // The official has restarted the stream, which does not refer to the answer any more.
      register_answer: { answer: 'FOUND', means: 'refuted', stored_at: null },
      explanation: {
        uk: expect.stringMatching(/^\d\d\.\d\d\.\d{4} \d\d:\d\d — не верифіковано: ДМС відповіла/),
      },
    });
    const second = await historyOf(person, '?page=2&page_size=2');
    expect(second.body.data.map(({ row }: { row: string }) => row)).toEqual(['S7']);
    expect(second.body.paging.total_entries).toBe(3);
  });

  it('says what the register answered, and since when the answer is stored', async () => {
    const [refuted, confirmed] = [
      await aPerson().withPassport(env.passport('FOUND')).save(env.sql),
      await aPerson().withPassport(env.passport()).save(env.sql),
    ];
    await env.run();
    const answers = [refuted, confirmed].map(
      async (person) => (await historyOf(person)).body.data[0].register_answer,
    );
    expect(await Promise.all(answers)).toEqual([
      { answer: 'FOUND', means: 'refuted', stored_at: expect.stringMatching(/Z$/) },
      { answer: 'NOT_FOUND', means: 'confirmed', stored_at: null },
    ]);
  });

  it('names an official whose tax number is that of one party, masked', async () => {
    const person = await aPerson().stream('nhs', 'VERIFICATION_NEEDED', 'RULES_TRIGGERED').save(env.sql);
    await official.patch(`/api/admin/persons/${person}/verification/nhs`, { status: 'IN_REVIEW' });
    const nameOf = async () => (await historyOf(person)).body.data[0].actor_name;
    await env.sql.run(`UPDATE mithril.users SET tax_id = '3126509816' WHERE id = '${OFFICIAL}'`);
    expect(await nameOf()).toBeNull();
    const party = (lastName: string, isActive = true) => `
      INSERT INTO prm.parties (last_name, first_name, second_name, tax_id, is_active)
      VALUES ('${lastName}', 'Зоряна', 'Остапівна', '3126509816', ${isActive})`;
    await env.sql.run(party('Гнат', false), party('Верболоз'));
    expect(await nameOf()).toBe('Верболоз З. О.');
    await env.sql.run(party('Коваль'));
    expect(await nameOf()).toBeNull();
  });

  it('is kept of a person who is not active any more, and may be empty', async () => {
    const person = await aPerson().inactive().save(env.sql);
    const { status, body } = await historyOf(person);
    expect([status, body.data, body.paging.total_entries]).toEqual([200, [], 0]);
  });

  it('is 404 for nobody and 422 for a wrong page or id', async () => {
    expect(refusalIn(await historyOf(NOBODY))).toEqual({
      status: 404,
      type: 'not_found',
      message: 'Person not found',
    });
    expect((await historyOf('1')).status).toBe(422);
    expect((await historyOf(NOBODY, '?page=-1')).status).toBe(422);
  });
});

describe('A person whom another program inserted without verifications', () => {
  beforeEach(async () => {
    await saveAll();
    await save(8, aPerson().cumulative('VERIFICATION_NEEDED'));
    await env.sql.run(`DELETE FROM mpi.person_verifications WHERE person_id = '${idOf(8)}'`);
  });

  it.each([
    [ALL, ids(1, 2, 3, 4, 5)],
    [`${ALL}?verification_status=VERIFICATION_NEEDED`, ids(2, 5)],
    [UNVERIFIED, ids(2, 3, 4, 5)],
  ])('is in no list: %s', async (path, expected) => {
    expect(await listed(path)).toEqual({ ids: expected, total: expected.length });
  });
});
