import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Refusal } from '../../src/domain/refusal';
import { type Grant, TokenRepository } from '../../src/mithril';
import { aCaller, aUser, tokensOf } from '../support/builders';
import { waitUntil } from '../support/wait-until';
import { emptyTables, openRegistry, type Registry } from '../support/database';

const APPLICANT = {
  userId: '5a5b1c9e-0000-4000-8000-000000000001',
  personId: '5a5b1c9e-0000-4000-8000-000000000002',
};
const YEAR_SECONDS = 365 * 24 * 60 * 60;
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
const tokens = () => new TokenRepository(registry.transactions);
const issueCode = (expiresAt = new Date(Date.now() + 60_000)): Promise<string> =>
  registry.transactions.inTransaction((sql) => tokens().issueCode(sql, { ...ofOfficial(), expiresAt }));
/** A grant without an applicant. */
function ofOfficial(): Grant {
  const { applicant: _, ...own } = grant;
  return { ...own, scope: 'job:read person:read' };
}
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

describe('The seconds that a token is left', () => {
  const left = async (expiresAt: string): Promise<number> => {
    const token = await aCaller().withScope('job:read').save(registry.sql);
    await registry.sql.run(`UPDATE mithril.tokens SET expires_at = ${expiresAt}`);
    return tokens().secondsLeft(token);
  };

  it.each([
    [`now() + interval '1 hour'`, 3_590, 3_600],
    [`now() + interval '400 years'`, 399 * YEAR_SECONDS, 401 * YEAR_SECONDS],
    [`'infinity'`, Infinity, Infinity],
  ])('of one that ends at %s are at least %d and at most %d', async (expiresAt, least, most) => {
    const seconds = await left(expiresAt);
    expect(seconds).toBeGreaterThanOrEqual(least);
    expect(seconds).toBeLessThanOrEqual(most);
  });

  it.each([`now()`, `now() - interval '1 hour'`, 'NULL'])('of one that ended at %s are none', async (end) => {
    await expect(left(end)).rejects.toThrow(new Refusal('access_token_invalid'));
  });

  it('of one that nobody issued are none', async () => {
    await expect(tokens().secondsLeft('x'.repeat(43))).rejects.toThrow(new Refusal('access_token_invalid'));
  });
});

describe('A code that signs in once', () => {
  it('is exchanged for a token of the same user, client and scope, and is gone then', async () => {
    const code = await issueCode();
    const token = (await tokens().exchange(code)) ?? '';
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(await tokens().authenticate(token)).toMatchObject({
      userId: grant.userId,
      clientId: grant.clientId,
      tokenScopes: ['job:read', 'person:read'],
    });
    const [kept, ...more] = await tokensOf(registry.sql, grant.userId);
    expect([kept?.name, kept?.value_hash, more]).toEqual(['access_token', hashOf(token), []]);
    const lastsMs = (kept?.expires_at.getTime() ?? 0) - Date.now();
    expect(lastsMs).toBeGreaterThan(7.9 * 3_600_000);
    expect(lastsMs).toBeLessThanOrEqual(8 * 3_600_000);
    expect(await tokens().exchange(code)).toBeUndefined();
  });

  it('gives one token to many who exchange it at the same moment', async () => {
    const code = await issueCode();
    const exchanged = await Promise.all(Array.from({ length: 12 }, () => tokens().exchange(code)));
    expect(exchanged.filter((token) => token !== undefined)).toHaveLength(1);
    expect(await tokensOf(registry.sql, grant.userId)).toHaveLength(1);
  });

  it('waits for another exchange that is not decided yet, and succeeds only when that one is undone', async () => {
    for (const [undone, expected] of [
      [false, undefined],
      [true, expect.any(String)],
    ] as const) {
      const code = await issueCode();
      const other = registry.transactions.inTransaction(async (sql) => {
        const text = 'DELETE FROM mithril.tokens WHERE value_hash = $1';
        await sql.query({ text }, [hashOf(code)]);
        const exchanged = tokens().exchange(code);
        const waiting = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%spent AS%'`;
        await waitUntil(
          async () => (await registry.sql.query<{ n: number }>({ text: waiting }))[0]?.n === 1,
          { what: 'the exchange to wait for the other one' },
        );
        if (undone) throw new Undone(exchanged);
        return { exchanged };
      });
      const { exchanged } = await other.catch((error: unknown) => error as Undone);
      expect(await exchanged).toEqual(expected);
    }
  });

  it('is no access token, and an access token is no code', async () => {
    await expect(tokens().authenticate(await issueCode())).rejects.toThrow('Invalid access token');
    expect(await tokens().exchange(await issue())).toBeUndefined();
    expect(await tokensOf(registry.sql, grant.userId)).toHaveLength(2);
  });

  it('of the authorization server, for a client of its own, is none', async () => {
    const code = await issueCode();
    await registry.sql.query({ text: `UPDATE mithril.tokens SET name = 'authorization_code'` });
    expect(await tokens().exchange(code)).toBeUndefined();
    expect(await tokensOf(registry.sql, grant.userId)).toMatchObject([{ name: 'authorization_code' }]);
  });

  it.each([
    ['has expired', `UPDATE mithril.tokens SET expires_at = now()`],
    ['never ends', `UPDATE mithril.tokens SET expires_at = NULL`],
    ['belongs to a blocked user', `UPDATE mithril.users SET is_blocked = true`],
    ['belongs to an inactive user', `UPDATE mithril.users SET is_active = false`],
    ['belongs to nobody', `UPDATE mithril.tokens SET user_id = NULL`],
  ])('that %s gives no token and leaves everything as it was', async (_, statement) => {
    const code = await issueCode();
    await registry.sql.query({ text: statement });
    expect(await tokens().exchange(code)).toBeUndefined();
    expect(await registry.sql.query({ text: 'SELECT name FROM mithril.tokens' })).toEqual([
      { name: 'console_sign_in_code' },
    ]);
  });

  it('leaves audit rows of its issue, its use and the new token, without any of them or their hashes', async () => {
    const code = await issueCode();
    const token = (await tokens().exchange(code)) ?? '';
    const text = `SELECT actor_id, resource, changeset FROM mpi.audit_log ORDER BY inserted_at, changeset->'name'->>'new_value' DESC`;
    const audit = await registry.sql.query({ text });
    expect(audit).toHaveLength(3);
    expect(audit).toMatchObject([
      { actor_id: grant.actorId, changeset: { name: { new_value: 'console_sign_in_code' } } },
      { actor_id: grant.userId, changeset: { name: { old_value: 'console_sign_in_code', new_value: null } } },
      {
        actor_id: grant.userId,
        changeset: {
          name: { new_value: 'access_token' },
          details: { new_value: { grant_type: 'console_sign_in_code' } },
        },
      },
    ]);
    const reported = JSON.stringify(audit);
    for (const secret of [code, token]) {
      expect(reported).not.toContain(secret);
      expect(reported).not.toContain(hashOf(secret));
    }
  });

  it('removes expired ones of its user when the next one is issued', async () => {
    await issueCode(new Date(Date.now() - 1000));
    await issueCode();
    const kept = await tokensOf(registry.sql, grant.userId);
    expect(kept.map(({ expires_at: at }) => at.getTime() > Date.now())).toEqual([true]);
  });
});

/** Rolls a transaction back, and keeps what was begun in it. */
class Undone extends Error {
  constructor(readonly exchanged: Promise<string | undefined>) {
    super('undone');
  }
}
