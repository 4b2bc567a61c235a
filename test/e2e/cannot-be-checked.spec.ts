import { beforeEach, describe, expect, it } from 'vitest';
import { aPerson } from '../support/builders';
import { TestEnvironment } from '../support/test-environment';
import { OfficialClient } from '../support/api-clients';

const LIST = '/api/admin/persons/cannot_be_checked';

const env = TestEnvironment.forThisFile({
  VERIFICATION_RETRY_FIRST_SECONDS: '1',
  VERIFICATION_RETRY_CAP_SECONDS: '3600',
});
let official: OfficialClient;

beforeEach(async () => {
  official = await OfficialClient.of(env);
});

const listed = async (query = '') => (await official.get(LIST + query)).body;
const ids = async (query = '') => (await listed(query)).data.map(({ id }: { id: string }) => id);

/** Somebody whose check in a stream ended in so many technical errors in a row. */
async function failing(attempts: number, stream: 'dms_passport' | 'unzr' = 'dms_passport') {
  const person = aPerson().withPassport(env.passport('HTTP_503')).withUnzr(env.unzr('HTTP_503'));
  return person.locked(stream, { attempts }).save(env.sql);
}

describe('The list of persons who cannot be checked', () => {
  it('shows persons who failed ten times, with the kind of the last error and the time of the next try', async () => {
    const person = await failing(9);
    expect((await listed()).data).toEqual([]);
    const { counts } = await env.run();
    expect(counts).toMatchObject({ 'technical_errors.http_error': 1 });
    const { data, paging } = await listed();
    expect(data).toEqual([
      {
        id: person,
        stream: 'dms_passport',
        attempts: 10,
        name: expect.stringMatching(/^\S+ \S\.( \S\.)?$/),
        error: 'http_error',
        message_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        last_tried_at: expect.stringMatching(/Z$/),
        next_try_at: expect.stringMatching(/Z$/),
      },
    ]);
    const [entry] = data;
    // After so many errors the person waits the cap, to the second.
    expect(Date.parse(entry.next_try_at) - Date.parse(entry.last_tried_at)).toBe(3_600_000);
    expect(paging).toEqual({ page_number: 1, page_size: 50, total_entries: 1, total_pages: 1 });
  });

  it('shows nobody any more once the register has answered, or an official has asked for a repeat', async () => {
    const [answered, repeated] = [await failing(10), await failing(12)];
    expect((await ids()).sort()).toEqual([answered, repeated].sort());
    await official.patch(`/api/admin/persons/${repeated}/verification/dms_passport`, {
      status: 'VERIFICATION_NEEDED',
    });
    expect(await ids()).toEqual([answered]);
    env.register.mode('normal');
    const text = `UPDATE mpi.person_documents SET number = $2 WHERE person_id = $1`;
    await env.sql.query({ text }, [answered, env.passport()]);
    await env.run();
    expect(await ids()).toEqual([]);
  });

  it('is asked by stream and page by page, in the order of ids', async () => {
    const persons = [await failing(10), await failing(11), await failing(10, 'unzr')];
    const inOrder = [...persons].sort();
    expect(await ids()).toEqual(inOrder);
    expect(await ids('?stream=unzr')).toEqual([persons[2]]);
    expect(await ids('?stream=mvs_passport')).toEqual([]);
    expect(await ids('?page=2&page_size=2')).toEqual([inOrder[2]]);
    expect((await listed('?page=2&page_size=2')).paging).toMatchObject({ total_entries: 3, total_pages: 2 });
  });

  it('is asked by the kind of the last error, also of one stream', async () => {
    const persons = [await failing(10), await failing(11), await failing(10, 'unzr')];
    const text = 'UPDATE mpi.verification_locks SET last_error_kind = $2 WHERE person_id = $1';
    await env.sql.query({ text }, [persons[0], 'timeout']);
    await env.sql.query({ text }, [persons[1], 'connection']);
    await env.sql.query({ text }, [persons[2], 'timeout']);
    expect(await ids('?error=timeout')).toEqual([persons[0], persons[2]].sort());
    expect(await ids('?error=timeout&stream=unzr')).toEqual([persons[2]]);
    expect(await ids('?error=http_error')).toEqual([]);
    expect((await listed('?error=timeout&page_size=1')).paging).toMatchObject({ total_entries: 2 });
  });

  it('leaves out persons who failed less often, and inactive ones', async () => {
    await failing(9);
    const gone = await failing(10);
    await env.sql.query({ text: `UPDATE mpi.persons SET status = 'inactive' WHERE id = $1` }, [gone]);
    expect((await listed()).data).toEqual([]);
  });

  it.each(['?stream=drfo', '?stream=nhs', '?stream=x', '?page=0', '?page_size=many', '?error=none'])(
    'refuses %s',
    async (query) => {
      const { status, body } = await official.get(LIST + query);
      expect([status, body.error.type]).toEqual([422, 'validation_failed']);
    },
  );
});
