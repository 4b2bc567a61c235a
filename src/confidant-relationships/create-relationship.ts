import { Injectable } from '@nestjs/common';
import type { Sql } from '../database/transactions';
import { dayInKyiv, type IsoDay } from '../domain/calendar-day';
import {
  refuseBeyondLimit,
  activeToOf,
  initialPairOf,
  refuseRelationship,
  thirdPersonMethodEndOf,
} from '../domain/confidant/relationship.rules';
import type { RelationType } from '../domain/person/dictionaries';
import type { RelationshipDocument } from '../domain/person/person-request';
import type { RegistrationParameters } from '../domain/person/registration.rules';
import { Refusal } from '../domain/refusal';
import { AuthenticationMethodRepository } from './authentication-method.repository';
import { ConfidantFactsRepository } from './confidant-facts.repository';
import { RelationshipRepository } from './relationship.repository';

/** A relationship that is to be created, and everything that follows from it. */
export interface NewRelationship {
  readonly id: string;
  readonly personId: string;
  readonly personBirthDate: IsoDay;
  readonly confidantPersonId: string;
  readonly relationType: RelationType;
  readonly documents: readonly RelationshipDocument[];
  /** The end that was asked for. */
  readonly activeTo: IsoDay | null;
  /** What the applicant calls the method. */
  readonly alias: string | null;
  readonly actorId: string;
  readonly now: Date;
  readonly parameters: Pick<
    RegistrationParameters,
    'noSelfAuthAge' | 'personFullLegalCapacityAge' | 'thirdPersonLimit'
  >;
}

/** The two persons of a relationship that is asked for. */
export interface AskedRelationship {
  /** Empty for a person who is only now being registered. */
  readonly personId: string | null;
  readonly confidantPersonId: string;
  readonly today: IsoDay;
}

/** Makes one person the confidant of another. */
@Injectable()
export class CreateRelationship {
  constructor(
    private readonly relationships: RelationshipRepository,
    private readonly methods: AuthenticationMethodRepository,
    private readonly confidants: ConfidantFactsRepository,
  ) {}

  /** Tells early what `run` would refuse because of other relationships. Locks nothing, writes nothing. */
  async refuseUnlessAllowed(sql: Sql, of: AskedRelationship): Promise<void> {
    // Who acted for himself would be both at once, which the first rule forbids.
    if (of.personId === of.confidantPersonId) throw new Refusal('confidant_has_confidant');
    refuseRelationship(await this.relationships.facts(sql, of));
  }

  /**
   * Writes the relationship, its documents and the method, with event and audit rows, in the caller's transaction. What
   * could become untrue by other relationships is asked behind locks on both persons, which end with the transaction.
   */
  async run(sql: Sql, relationship: NewRelationship): Promise<void> {
    const { personId, confidantPersonId, parameters, now, actorId } = relationship;
    const today = dayInKyiv(now);
    const between = { personId, confidantPersonId, today };
    await this.relationships.lock(sql, [personId, confidantPersonId]);
    const facts = await this.confidants.of(sql, confidantPersonId, now);
    refuseBeyondLimit(facts, { personId, thirdPersonLimit: parameters.thirdPersonLimit });
    await this.refuseUnlessAllowed(sql, between);
    await this.relationships.endExpired(sql, { ...between, actorId });
    await this.writeRelationship(sql, relationship, today);
    await this.writeMethod(sql, relationship);
  }

  private async writeRelationship(sql: Sql, relationship: NewRelationship, today: IsoDay): Promise<void> {
    const { personBirthDate: birthDate, activeTo, documents, parameters } = relationship;
    const { personFullLegalCapacityAge } = parameters;
    const isWritten = await this.relationships.insert(sql, {
      ...relationship,
      ...initialPairOf(documents),
      activeTo: activeToOf({ birthDate, activeTo, today, personFullLegalCapacityAge }),
    });
    // Another program, which does not know our locks, was faster; the unique index has the last word.
    if (!isWritten) throw new Refusal('relationship_exists');
  }

  private async writeMethod(sql: Sql, relationship: NewRelationship): Promise<void> {
    const { personBirthDate: birthDate, now, parameters } = relationship;
    const { noSelfAuthAge } = parameters;
    const endedAt = thirdPersonMethodEndOf({ birthDate, now, noSelfAuthAge });
    await this.methods.giveThirdPerson(sql, { ...relationship, endedAt });
  }
}
