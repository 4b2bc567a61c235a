import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../config/settings.module';
import { type Sql, Transactions } from '../database/transactions';
import { dayInKyiv, type IsoDay } from '../domain/calendar-day';
import {
  activeToOf,
  type ConfidantFacts,
  initialPairOf,
  refuseBeyondLimit,
  refuseRelationship,
  type RelationshipCheck,
  relationshipCheckOf,
  thirdPersonMethodEndOf,
} from '../domain/confidant/relationship.rules';
import {
  type AskedMove,
  nextRelationshipStatus,
  type RelationshipMoveRefusal,
  type RelationshipPair,
  type RelationshipStatusRow,
} from '../domain/confidant/relationship-status.rules';
import type { RelationType, RelationshipDocumentType } from '../domain/person/dictionaries';
import { maskedNameOf, maskedNumber, maskedPhone } from '../domain/person/masking';
import type { RelationshipDocument } from '../domain/person/person-request';
import type { RegistrationParameters } from '../domain/person/registration.rules';
import { Refusal } from '../domain/refusal';
import { refuseUnlessSeen } from '../domain/seen-status';
import { FAULTS, refuseFields } from '../http';
import { RelationshipRepository } from './relationship.repository';
import {
  type AwaitedMethod,
  type Changes,
  type DecidedMove,
  type LockedRelationship,
  type MovableColumns,
  type ReadRelationshipRow,
  type RelatedPersonRow,
  type RelationshipFilter,
  RelationshipReviewRepository,
} from './relationship-review.repository';

/** Whose relationships to check. At least one of the persons is named. */
export interface CheckedPersons {
  readonly personId?: string;
  readonly confidantPersonId?: string;
  readonly today: IsoDay;
}

/** The two persons of a relationship to create. */
export interface AskedRelationship {
  /** Null for a person who is being registered. */
  readonly personId: string | null;
  readonly confidantPersonId: string;
  readonly today: IsoDay;
}

/** A relationship to create, and everything that follows from it. */
export interface NewRelationship {
  readonly id: string;
  readonly personId: string;
  readonly personBirthDate: IsoDay;
  readonly confidantPersonId: string;
  readonly relationType: RelationType;
  readonly documents: readonly RelationshipDocument[];
  /** The requested end. */
  readonly activeTo: IsoDay | null;
  /** What the applicant calls the method. */
  readonly alias: string | null;
  /** Whether the person is registered in the same transaction: the relationship then counts before it is approved. */
  readonly isOfNewPerson: boolean;
  /** Whether the method is given only when the relationship becomes VERIFIED. */
  readonly awaitsApproval: boolean;
  readonly actorId: string;
  readonly now: Date;
  readonly parameters: Pick<
    RegistrationParameters,
    'noSelfAuthAge' | 'personFullLegalCapacityAge' | 'thirdPersonLimit'
  >;
}

/** A relationship, and the move that an official asks for. */
export interface OfficialMove extends AskedMove {
  readonly id: string;
  /** The official. */
  readonly actorId: string;
  /** What the official saw, by `seenStatus`; refused when it is something else now. */
  readonly seen?: string | undefined;
}

/** A relationship in a list: both persons masked, and no free text. */
export type ListedRelationship = ReturnType<typeof listed>;

/** The same with the documents, the official's comment and the authors of the row. */
export interface RelationshipDetails extends ListedRelationship {
  readonly verification_comment: string | null;
  readonly inserted_by: string | null;
  readonly updated_by: string | null;
  /** With masked numbers. */
  readonly documents: readonly {
    readonly type: RelationshipDocumentType;
    readonly number: string;
    readonly issued_by: string | null;
    readonly issued_at: IsoDay | null;
  }[];
}

/** Who may act for whom. */
@Injectable()
export class RelationshipService {
  constructor(
    private readonly transactions: Transactions,
    private readonly relationships: RelationshipRepository,
    private readonly reviews: RelationshipReviewRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Whether one person may act for another, as far as the registry knows. */
  async check(sql: Sql, persons: CheckedPersons): Promise<RelationshipCheck> {
    return relationshipCheckOf(await this.relationships.findValid(sql, persons));
  }

  /** What the rules need to know about a person who wants to be a confidant person. */
  confidantFacts(sql: Sql, confidantPersonId: string, now: Date): Promise<ConfidantFacts> {
    return this.relationships.confidantFacts(sql, confidantPersonId, now);
  }

  /** Refuses early what `create` would refuse because of other relationships. Takes no locks and writes nothing. */
  async refuseUnlessAllowed(sql: Sql, between: AskedRelationship): Promise<void> {
    if (between.personId === between.confidantPersonId) throw new Refusal('confidant_is_patient');
    refuseRelationship(await this.relationships.facts(sql, between));
  }

  /**
   * Writes the relationship, its documents and, unless it awaits approval, the method, with event and audit rows, in the
   * caller's transaction. Checks that other relationships could make untrue are repeated behind locks on both persons, held until the transaction ends.
   */
  async create(sql: Sql, relationship: NewRelationship): Promise<void> {
    const { personId, confidantPersonId, parameters, now, actorId } = relationship;
    const today = dayInKyiv(now);
    const between = { personId, confidantPersonId, today };
    await this.relationships.lockPersons(sql, [personId, confidantPersonId]);
    const facts = await this.confidantFacts(sql, confidantPersonId, now);
    refuseBeyondLimit(facts, { personId, thirdPersonLimit: parameters.thirdPersonLimit });
    await this.refuseUnlessAllowed(sql, between);
    await this.relationships.endExpired(sql, { ...between, actorId });
    await this.insert(sql, relationship, today);
    if (relationship.awaitsApproval) return;
    const { personBirthDate: birthDate } = relationship;
    await this.giveMethod(sql, { ...relationship, birthDate, noSelfAuthAge: parameters.noSelfAuthAge });
  }

  /**
   * Rows R1–R4: an official takes a relationship into work, returns it to the queue, rejects or accepts it. Of two
   * officials with the same relationship the later one waits, and starts from the result of the other. A relationship that
   * becomes VERIFIED gets the method it awaited, in the same transaction.
   */
  move(asked: OfficialMove): Promise<void> {
    return this.transactions.inTransaction(async (sql) => {
      await this.reviews.lockPersonsOf(sql, asked.id);
      const before = await this.reviews.lock(sql, asked.id);
      if (before === undefined) throw new Refusal('relationship_not_found');
      refuseUnlessSeen(asked.seen, before);
      const move = nextRelationshipStatus(before, asked);
      if (!move.allowed) throw refusalOf(move.why, before, asked);
      await this.reviews.saveMove(sql, decidedMove(move.row, before, asked));
      if (move.row.verificationStatus === 'VERIFIED') await this.giveAwaitedMethod(sql, asked, before.now);
    });
  }

  /** One page of the relationships, for officials. */
  async list(
    filter: RelationshipFilter,
    page: { readonly size: number; readonly offset: number },
  ): Promise<{ readonly entries: readonly ListedRelationship[]; readonly total: number }> {
    const today = dayInKyiv(this.clock());
    const { rows, total } = await this.reviews.list(this.transactions, filter, { ...page, today });
    return { entries: rows.map(listed), total };
  }

  /** One relationship, for officials. Refuses an unknown id. */
  async details(id: string): Promise<RelationshipDetails> {
    const row = await this.reviews.one(this.transactions, id, dayInKyiv(this.clock()));
    if (row === undefined) throw new Refusal('relationship_not_found');
    const documents = await this.reviews.documents(this.transactions, id);
    return {
      ...listed(row),
      verification_comment: row.verification_comment,
      inserted_by: row.inserted_by,
      updated_by: row.updated_by,
      documents: documents.map(({ type, number, issuedBy, issuedAt }) => ({
        type,
        number: maskedNumber(number),
        issued_by: issuedBy,
        issued_at: issuedAt,
      })),
    };
  }

  /** To be called when a relationship becomes VERIFIED, behind the locks of `move`. */
  private async giveAwaitedMethod(
    sql: Sql,
    { id, actorId }: Pick<OfficialMove, 'id' | 'actorId'>,
    now: Date,
  ): Promise<void> {
    const awaited = await this.reviews.takeAwaitedMethod(sql, id, dayInKyiv(now));
    if (awaited !== undefined) await this.giveMethod(sql, { ...awaited, actorId, now });
  }

  private async giveMethod(sql: Sql, method: AwaitedMethod & { actorId: string; now: Date }): Promise<void> {
    await this.relationships.giveThirdPerson(sql, { ...method, endedAt: thirdPersonMethodEndOf(method) });
  }

  private async insert(sql: Sql, relationship: NewRelationship, today: IsoDay): Promise<void> {
    const { personBirthDate: birthDate, activeTo, documents, parameters } = relationship;
    const { personFullLegalCapacityAge } = parameters;
    const isWritten = await this.relationships.insert(sql, {
      ...relationship,
      ...initialPairOf(documents),
      activeTo: activeToOf({ birthDate, activeTo, today, personFullLegalCapacityAge }),
    });
    // Another program, without our locks, was faster; the unique index decides.
    if (!isWritten) throw new Refusal('relationship_exists');
  }
}

/** A missing act of birth is a missing field of the request, and is reported like any other one. */
function refusalOf(why: RelationshipMoveRefusal, before: LockedRelationship, asked: AskedMove): Refusal {
  if (why !== 'birth_act_missing')
    return new Refusal(why, {
      words: { from: before.verificationStatus ?? 'null', to: asked.verificationStatus },
    });
  const field = 'dracs_birth_act_id';
  return refuseFields([{ entry: `$.${field}`, ...FAULTS.required(field) }]);
}

function decidedMove(
  row: RelationshipStatusRow,
  before: LockedRelationship,
  asked: OfficialMove,
): DecidedMove {
  const { verificationStatus, verificationReason } = row;
  const oldComment = row.oldComment === 'keep' ? before.comment : null;
  const act = row.dracsBirthActId === 'given' ? asked.dracsBirthActId : null;
  const after = {
    verificationStatus,
    verificationReason,
    comment: asked.comment ?? oldComment,
    unverifiedAt: row.unverifiedAt === 'now' ? before.now : before.unverifiedAt,
    dracsBirthActId: act ?? before.dracsBirthActId,
    dracsBirthSyncedAt: row.dracsBirthSyncedAt === 'clear' ? null : before.dracsBirthSyncedAt,
  };
  return {
    ...after,
    id: asked.id,
    actorId: asked.actorId,
    row: row.row,
    changeset: changesetOf(before, after),
    isStatusChanged: before.verificationStatus !== verificationStatus,
  };
}

type MovedColumns = MovableColumns & {
  readonly [Name in keyof RelationshipPair]: RelationshipPair[Name] | null;
};

/** The columns a move may change. */
const COLUMNS = {
  verificationStatus: 'verification_status',
  verificationReason: 'verification_reason',
  comment: 'verification_comment',
  unverifiedAt: 'unverified_at',
  dracsBirthActId: 'dracs_birth_act_id',
  dracsBirthSyncedAt: 'dracs_birth_synced_at',
} as const satisfies Record<keyof MovedColumns, string>;

/** The changed columns. A comment may name people, so the audit log shows only that there is one. */
function changesetOf(before: MovedColumns, after: MovedColumns): Changes {
  const names = Object.keys(COLUMNS) as (keyof MovedColumns)[];
  const shown = (name: keyof MovedColumns, columns: MovedColumns) =>
    name === 'comment' && columns.comment !== null ? '*' : columns[name];
  return Object.fromEntries(
    names
      .filter((name) => String(before[name]) !== String(after[name]))
      .map((name) => [COLUMNS[name], { old_value: shown(name, before), new_value: shown(name, after) }]),
  );
}

/** Nothing about the persons leaves this module unmasked. */
function listed(row: ReadRelationshipRow) {
  return {
    id: row.id,
    person_id: row.person_id,
    person: row.person === null ? null : masked(row.person),
    confidant_person_id: row.confidant_person_id,
    confidant_person: row.confidant_person === null ? null : masked(row.confidant_person),
    relation_type: row.relation_type,
    is_active: row.is_active,
    active_to: row.active_to,
    is_expired: row.is_expired,
    verification_status: row.verification_status,
    verification_reason: row.verification_reason,
    unverified_at: row.unverified_at,
    dracs_birth_act_id: row.dracs_birth_act_id,
    dracs_birth_synced_at: row.dracs_birth_synced_at,
    inserted_at: row.inserted_at,
    updated_at: row.updated_at,
  };
}

function masked(person: RelatedPersonRow) {
  return {
    name: maskedNameOf(person),
    phones: person.phones.map(({ type, number }) => ({ type, number: maskedPhone(number) })),
  };
}
