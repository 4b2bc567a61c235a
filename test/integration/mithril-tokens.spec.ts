import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Grant, TokenRepository } from '../../src/mithril';
import { aUser, tokensOf } from '../support/builders';
import { emptyTables, openRegistry, type Registry } from '../support/database';

const APPLICANT = {
  userId: '5a5b1c9e-0000-4000-8000-000000000001',
  personId: '5a5b1c9e-0000-4000-8000-000000000002',
};
let registry: Registry;
let grant: Grant;

beforeAll(async () => {
  registry = await openRegistry();
});
afterAll(async () => {
  await registry.close();
});
beforeEach(async () => {
  await emptyTables(registry.sql);
  grant = {
    userId: await aUser().save(registry.sql),
    clientId: '00000000-0000-4000-8000-000000000002',
    grantType: 'pis_auth',
    scope: 'app:authorize',
    applicant: APPLICANT,
    actorId: APPLICANT.userId,
    expiresAt: new Date('2026-06-01T10:00:00Z'),
  };
});

const issue = (): Promise<string> =>
  registry.transactions.inTransaction((sql) => new TokenRepository(registry.transactions).issue(sql, grant));
const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

describe('A token', () => {
  it('is kept by its SHA-256 alone, with what it allows and who asked for it', async () => {
    const token = await issue();
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(await tokensOf(registry.sql, grant.userId)).toEqual([
      {
        name: 'access_token',
        value_hash: hashOf(token),
        expires_at: grant.expiresAt,
        details: {
          scope: 'app:authorize',
          client_id: grant.clientId,
          grant_type: 'pis_auth',
          applicant_user_id: APPLICANT.userId,
          applicant_person_id: APPLICANT.personId,
        },
      },
    ]);
  });

  it('is another one each time, and the earlier ones stay', async () => {
    const tokens = await Promise.all(Array.from({ length: 5 }, issue));
    expect(new Set(tokens).size).toBe(5);
    const kept = await tokensOf(registry.sql, grant.userId);
    expect(kept.map((row) => row.value_hash).sort()).toEqual(tokens.map(hashOf).sort());
  });

  it('leaves a row in the audit log with neither the token nor its hash', async () => {
    const token = await issue();
    const text = 'SELECT actor_id, resource, changeset FROM mpi.audit_log';
    const audit = await registry.sql.query({ text });
    expect(audit).toMatchObject([
      {
        actor_id: APPLICANT.userId,
        resource: 'tokens',
        changeset: { user_id: { new_value: grant.userId } },
      },
    ]);
    const reported = JSON.stringify(audit);
    expect(reported).not.toContain(token);
    expect(reported).not.toContain(hashOf(token));
  });
});
