import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { NewRelationship } from '../../src/confidant-relationships';
import { Refusal } from '../../src/domain/refusal';
import {
  aPerson,
  aRelationship,
  authenticationMethodsOf,
  relationshipsOf,
  savePersons,
} from '../support/builders';
import { emptyTables, openRegistry, type Registry } from '../support/database';
import { Session } from '../support/sql-session';
import { aNewRelationship, refusedFor, relationshipService, YESTERDAY } from './related-persons';

let registry: Registry;
/** Another copy of the program, whose transaction is held open. */
let other: Session;
let persons: { one: string; two: string; three: string };

beforeAll(async () => {
  registry = await openRegistry();
});
afterAll(async () => {
  await registry.close();
});
beforeEach(async () => {
  await emptyTables(registry.sql);
  const [one = '', two = '', three = ''] = await savePersons(registry.sql, [aPerson(), aPerson(), aPerson()]);
  persons = { one, two, three };
  other = await Session.open(registry.database.url);
  await other.run('BEGIN');
});
afterEach(async () => {
  await other.close();
});

type Changes = Partial<NewRelationship>;
const asked = (confidantPersonId: string, personId: string, changes?: Changes): NewRelationship =>
  aNewRelationship({ personId, confidantPersonId }, changes);

const create = (relationship: NewRelationship): Promise<void> =>
  registry.transactions.inTransaction((sql) => relationshipService(registry).create(sql, relationship));

/** What became of a creation that met another one on its way, and had to wait for its end. */
async function meets(first: NewRelationship, second: NewRelationship, end: 'COMMIT' | 'ROLLBACK' = 'COMMIT') {
  await relationshipService(registry).create(other, first);
  const outcome = create(second).then(
    () => 'created',
    (error: unknown) => error,
  );
  await other.isWaitedFor(registry.sql);
  await other.run(end);
  return outcome;
}

const countOf = async (table: string): Promise<number> => {
  const [row] = await registry.sql.query<{ n: number }>({
    text: `SELECT count(*)::int AS n FROM mpi.${table}`,
  });
  return row?.n ?? 0;
};

describe('Relationships that are created at the same moment', () => {
  it('ten times the same: one relationship with its documents, one method, one event', async () => {
    const { one, two } = persons;
    const all = await Promise.allSettled(Array.from({ length: 10 }, () => create(asked(one, two))));
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const reasons: unknown[] = all.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    expect(reasons.map((reason) => (reason instanceof Refusal ? reason.code : reason))).toEqual(
      Array.from({ length: 9 }, () => 'relationship_exists'),
    );
    expect(await relationshipsOf(registry.sql, two)).toMatchObject([{ documents: [{}] }]);
    expect(await authenticationMethodsOf(registry.sql, two)).toHaveLength(1);
    expect(await countOf('status_change_events')).toBe(1);
  });

  it('ten times the same in place of an expired one: it is ended once, one takes its place', async () => {
    const { one, two } = persons;
    const expired = await aRelationship().of(two).through(one).activeTo(YESTERDAY).save(registry.sql);
    const all = await Promise.allSettled(Array.from({ length: 10 }, () => create(asked(one, two))));
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const rows = await relationshipsOf(registry.sql, two);
    expect(rows).toHaveLength(2);
    expect(rows.filter(({ is_active }) => is_active).map(({ id }) => id)).not.toContain(expired);
  });

  it('two confidants for one person: both, each with a method', async () => {
    const { one, two, three } = persons;
    expect(await meets(asked(one, three), asked(two, three))).toBe('created');
    expect(await relationshipsOf(registry.sql, three)).toHaveLength(2);
    expect(await authenticationMethodsOf(registry.sql, three)).toHaveLength(2);
  });

  it('rule 1: a person who is getting a confidant does not become one', async () => {
    const { one, two, three } = persons;
    const first = asked(one, two, { isOfNewPerson: true });
    expect(await meets(first, asked(two, three))).toEqual(refusedFor('confidant_has_confidant'));
    expect(await countOf('confidant_person_relationships')).toBe(1);
  });

  it('rule 1: of two who want to act for each other one may', async () => {
    const { one, two } = persons;
    const first = asked(one, two, { isOfNewPerson: true });
    expect(await meets(first, asked(two, one))).toEqual(refusedFor('confidant_has_confidant'));
    expect(await countOf('confidant_person_relationships')).toBe(1);
  });

  it('rule 2: the second between the same two is refused, unless the first is rolled back', async () => {
    const { one, two } = persons;
    expect(await meets(asked(one, two), asked(one, two))).toEqual(refusedFor('relationship_exists'));
    await emptyTables(registry.sql);
    const [confidant = '', ward = ''] = await savePersons(registry.sql, [aPerson(), aPerson()]);
    await other.run('BEGIN');
    expect(await meets(asked(confidant, ward), asked(confidant, ward), 'ROLLBACK')).toBe('created');
    expect(await relationshipsOf(registry.sql, ward)).toHaveLength(1);
  });

  it('rule 2: another program that ignores our locks is stopped by the unique index', async () => {
    const { one, two } = persons;
    await aRelationship().of(two).through(one).save(other);
    const outcome = create(asked(one, two)).catch((error: unknown) => error);
    await other.isWaitedFor(registry.sql);
    await other.run('COMMIT');
    expect(await outcome).toEqual(refusedFor('relationship_exists'));
    expect(await relationshipsOf(registry.sql, two)).toHaveLength(1);
    expect(await authenticationMethodsOf(registry.sql, two)).toEqual([]);
  });

  it('the limit: the last place is taken once', async () => {
    const { one, two, three } = persons;
    const parameters = { noSelfAuthAge: 14, personFullLegalCapacityAge: 18, thirdPersonLimit: 1 };
    const outcome = await meets(asked(one, two, { parameters }), asked(one, three, { parameters }));
    expect(outcome).toEqual(refusedFor('third_person_limit_exceeded'));
    expect(await countOf('person_authentication_methods')).toBe(1);
  });

  it('meet an approval of one that has expired: nobody ends in a deadlock', async () => {
    const { one, two } = persons;
    const expired = aRelationship().of(two).through(one).activeTo(YESTERDAY).status('IN_REVIEW', 'MANUAL');
    const id = await expired.save(registry.sql);
    await relationshipService(registry).create(other, asked(one, two));
    const approval = relationshipService(registry).move({
      id,
      actorId: one,
      verificationStatus: 'VERIFIED',
      comment: 'звірено',
      dracsBirthActId: null,
    });
    await other.isWaitedFor(registry.sql);
    await other.run('COMMIT');
    await approval;
    const rows = await relationshipsOf(registry.sql, two);
    expect(rows).toHaveLength(2);
    for (const { id: each, is_active, verification_status } of rows)
      expect([is_active, verification_status]).toEqual(
        each === id ? [false, 'VERIFIED'] : [true, 'VERIFICATION_NEEDED'],
      );
    expect(await authenticationMethodsOf(registry.sql, two)).toHaveLength(1);
  });

  it('of the same two crosswise: nobody ends in a deadlock', async () => {
    const { one, two } = persons;
    const another = await Session.open(registry.database.url);
    await other.run('ROLLBACK');
    try {
      for (let round = 0; round < 20; round += 1) {
        const both = [
          [other, asked(one, two)],
          [another, asked(two, one)],
        ] as const;
        const ends = both.map(async ([session, relationship]) => {
          await session.run('BEGIN');
          const outcome = await relationshipService(registry)
            .create(session, relationship)
            .then(
              () => 'created',
              (error: unknown) => error,
            );
          await session.run('ROLLBACK');
          return outcome;
        });
        expect(await Promise.all(ends)).toEqual(['created', 'created']);
      }
    } finally {
      await another.close();
    }
  });
});
