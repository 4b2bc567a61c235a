import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type {
  RelationshipReason,
  RelationshipStatus,
} from '../../src/domain/confidant/relationship-status.rules';
import { aCaller, aPerson, aRelationship, auditOf, eventsOf } from './builders';
import { TestEnvironment } from './test-environment';

/** Where officials find relationships. */
export const RELATIONSHIPS = '/api/admin/confidant_person_relationships';

/** Acts of birth that no register was asked about. */
export const ACT = '5a5b1c9e-0000-4000-8000-00000000000a';
const OTHER_ACT = '5a5b1c9e-0000-4000-8000-00000000000b';

/** An official before the whole program, and two persons whose relationship the official works on. */
export class RelationshipFixture {
  official = '';
  personId = '';
  confidantPersonId = '';
  private token = '';

  private constructor(readonly env: TestEnvironment) {}

  static async start(): Promise<RelationshipFixture> {
    return new RelationshipFixture(await TestEnvironment.start());
  }

  /** Everybody anew. */
  async begin(): Promise<void> {
    await this.env.clear();
    this.official = randomUUID();
    this.token = await aCaller()
      .withUserId(this.official)
      .withScope('confidant_person_relationship_admin:read confidant_person_relationship_admin:write')
      .save(this.env.sql);
    this.personId = await aPerson().save(this.env.sql);
    this.confidantPersonId = await aPerson().save(this.env.sql);
  }

  /** The answer to the official; with a body the call is a move. */
  async ask(path: string, body?: object | string) {
    const { publicUrl = '' } = this.env.program.addresses;
    const answer = await fetch(publicUrl + path, {
      method: body === undefined ? 'GET' : 'PATCH',
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: answer.status, body: JSON.parse(await answer.text()) };
  }

  move(id: string, body: object | string) {
    return this.ask(`${RELATIONSHIPS}/${id}`, body);
  }

  /** A relationship between the two persons. */
  between() {
    return aRelationship().of(this.personId).through(this.confidantPersonId);
  }

  /** An existing one, proved by a document that is no certificate of birth. */
  standing(status: RelationshipStatus, reason: RelationshipReason): Promise<string> {
    return this.between().status(status, reason).withDocument('DOCUMENT', '77-А').save(this.env.sql);
  }

  inWork(): Promise<string> {
    return this.standing('IN_REVIEW', 'MANUAL');
  }

  /** Fills every column beside the pair that a move may change. */
  async withTraces(id: string): Promise<string> {
    const text = `
      UPDATE mpi.confidant_person_relationships
         SET verification_comment = 'старе', unverified_at = '2026-01-02T03:04:05Z',
             dracs_birth_synced_at = '2026-01-02T03:04:06Z', dracs_birth_act_id = $2 WHERE id = $1`;
    await this.env.sql.query({ text }, [id, OTHER_ACT]);
    return id;
  }

  async rowOf(id: string): Promise<Record<string, unknown>> {
    const text = 'SELECT * FROM mpi.confidant_person_relationships WHERE id = $1';
    const [row] = await this.env.sql.query<Record<string, unknown>>({ text }, [id]);
    return row ?? {};
  }

  async expectNoTrace(id: string, before: Record<string, unknown>): Promise<void> {
    expect(await this.rowOf(id)).toEqual(before);
    expect(await auditOf(this.env.sql, id)).toEqual([]);
    expect(await eventsOf(this.env.sql, id)).toEqual([]);
  }

  /** The records have one move, and another status if there is one. */
  async expectRecorded(id: string, row: string, to: RelationshipStatus | null): Promise<void> {
    const event = {
      entity_type: 'ConfidantPersonRelationship',
      properties: { verification_status: { new_value: to } },
      event_time: expect.any(Date),
      changed_by: this.official,
    };
    expect(await eventsOf(this.env.sql, id)).toEqual(to === null ? [] : [event]);
    expect(await auditOf(this.env.sql, id)).toEqual([
      expect.objectContaining({ actor_id: this.official, resource: 'confidant_person_relationships', row }),
    ]);
  }
}
