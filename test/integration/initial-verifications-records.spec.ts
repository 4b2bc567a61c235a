import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STREAMS } from '../../src/domain/verification/stream';
import { auditOf, eventsOf } from '../support/builders';
import { APPLICANT, bareRow, begin, begun, columnsOf, REGISTERED_AT } from '../support/registrations';
import { openRegistry, type Registry } from '../support/database';

let registry: Registry;

beforeAll(async () => {
  registry = await openRegistry();
});
afterAll(() => registry.close());

describe('The verifications of a new person', () => {
  it('wait for the search among acts of death, and nothing of any answer is there yet', async () => {
    const row = await columnsOf(registry, await begun(registry));
    expect(row['dracs_death_online_status']).toBe('READY');
    const ofAnswers = Object.keys(row).filter((name) =>
      /_(data_id|data_status|data_result|act_id|entity_id|entity_type|synced_at|retry_at|verification_comment|unverified_at)$/.test(
        name,
      ),
    );
    expect(ofAnswers.length).toBeGreaterThan(20);
    expect(ofAnswers.filter((name) => row[name] !== null)).toEqual([]);
    expect(row).toMatchObject({ person_is_active: true, inserted_by: APPLICANT, updated_by: APPLICANT });
  });

  it('N3: have been unverified since the moment of registration, and no other stream has', async () => {
    const row = await columnsOf(registry, await begun(registry, { hasConfidantPerson: true }));
    const unverified = Object.entries(row).filter(
      ([name, value]) => name.endsWith('unverified_at') && value !== null,
    );
    expect(unverified).toEqual([['nhs_unverified_at', REGISTERED_AT]]);
  });

  it('are reported by one event, of the cumulative status', async () => {
    const personId = await begun(registry, { hasConfidantPerson: true });
    expect(await eventsOf(registry.sql, personId)).toMatchObject([
      {
        entity_type: 'Person',
        properties: { verification_status: { new_value: 'CHANGES_NEEDED' } },
        changed_by: APPLICANT,
      },
    ]);
  });

  it('leave an audit row for each stream, with the row of the table where there is one', async () => {
    const personId = await begun(registry, { hasConfidantPerson: true, documentTypes: ['NATIONAL_ID'] });
    const audit = await auditOf(registry.sql, personId);
    const rowOf = (stream: string) =>
      audit.find(({ changeset }) => `${stream}_verification_status` in changeset)?.row;
    expect(audit).toHaveLength(9);
    expect(Object.fromEntries(STREAMS.map((stream) => [stream, rowOf(stream)]))).toEqual({
      nhs: 'N3',
      drfo: null,
      dracs_death: null,
      dracs_birth: null,
      dracs_name_change: null,
      legal_capacity: null,
      unzr: 'S2',
      mvs_passport: 'S1',
      dms_passport: 'S1',
    });
    expect(audit).toContainEqual(
      expect.objectContaining({
        actor_id: APPLICANT,
        resource: 'person_verifications',
        changeset: {
          dms_passport_verification_status: { old_value: null, new_value: 'VERIFICATION_NEEDED' },
          dms_passport_verification_reason: { old_value: null, new_value: 'ONLINE_TRIGGERED' },
        },
        run_id: null,
        claim_id: null,
      }),
    );
  });

  it.each([
    ['N1', { authenticationMethodTypes: ['OFFLINE'] }],
    ['N2', {}],
  ] as const)('%s: is in the audit row of the manual stream', async (row, facts) => {
    const audit = await auditOf(registry.sql, await begun(registry, facts));
    expect(audit.find(({ changeset }) => 'nhs_verification_status' in changeset)?.row).toBe(row);
  });

  it('C0: do not touch a NOT_VERIFIED that was set by hand', async () => {
    const personId = await bareRow(registry);
    await registry.sql.query(
      { text: `UPDATE mpi.persons SET verification_status = 'NOT_VERIFIED' WHERE id = $1` },
      [personId],
    );
    await begin(registry, personId);
    expect((await columnsOf(registry, personId))['cumulative_status']).toBe('NOT_VERIFIED');
    expect(await eventsOf(registry.sql, personId)).toEqual([]);
  });

  it('begin once: a second beginning is refused by the database and changes nothing', async () => {
    const personId = await begun(registry);
    const [before, reported] = [await columnsOf(registry, personId), await auditOf(registry.sql, personId)];
    await expect(begin(registry, personId, { hasConfidantPerson: true })).rejects.toMatchObject({
      code: '23505',
    });
    expect(await columnsOf(registry, personId)).toEqual(before);
    expect(await auditOf(registry.sql, personId)).toEqual(reported);
  });

  it('begin only for a person who is there', async () => {
    const nobody = randomUUID();
    await expect(begin(registry, nobody)).rejects.toMatchObject({ code: '23503' });
    expect(await auditOf(registry.sql, nobody)).toEqual([]);
    expect(await eventsOf(registry.sql, nobody)).toEqual([]);
  });
});
