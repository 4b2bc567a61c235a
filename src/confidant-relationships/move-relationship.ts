import { Injectable } from '@nestjs/common';
import { Transactions } from '../database/transactions';
import {
  type AskedMove,
  nextRelationshipStatus,
  type RelationshipMoveRefusal,
  type RelationshipStatusRow,
} from '../domain/confidant/relationship-status.rules';
import { Refusal } from '../domain/refusal';
import {
  type LockedRelationship,
  type MovableColumns,
  RelationshipMoveRepository,
} from './relationship-move.repository';

/** A relationship, and what an official wants of it. */
export interface OfficialMove extends AskedMove {
  readonly id: string;
  /** The official. */
  readonly actorId: string;
}

/** Rows R1–R4: an official takes a relationship into work, gives it back to the queue, rejects or accepts it. */
@Injectable()
export class MoveRelationship {
  constructor(
    private readonly transactions: Transactions,
    private readonly relationships: RelationshipMoveRepository,
  ) {}

  /** Two officials who want the same relationship come one after the other; the later one starts where the other ended. */
  run(asked: OfficialMove): Promise<void> {
    return this.transactions.inTransaction(async (sql) => {
      const before = await this.relationships.lock(sql, asked.id);
      if (before === undefined) throw new Refusal('relationship_not_found');
      const move = nextRelationshipStatus(before, asked);
      if (!move.allowed) throw refusalOf(move.why, before, asked);
      const { row, verificationStatus, verificationReason } = move.row;
      const after = { verificationStatus, verificationReason, ...columnsAfter(move.row, before, asked) };
      await this.relationships.save(sql, {
        ...after,
        id: asked.id,
        actorId: asked.actorId,
        row,
        changeset: changesetOf(before, after),
        isTold: before.verificationStatus !== verificationStatus,
      });
    });
  }
}

/** A missing act of birth is a missing field of the request, so it is told as every other one. */
function refusalOf(why: RelationshipMoveRefusal, before: LockedRelationship, asked: AskedMove): Refusal {
  if (why !== 'birth_act_missing')
    return new Refusal(why, {
      words: { from: before.verificationStatus ?? 'null', to: asked.verificationStatus },
    });
  const description = 'required property dracs_birth_act_id was not present';
  return new Refusal('validation_failed', {
    faults: [{ entry: '$.dracs_birth_act_id', rule: 'required', description, params: [] }],
  });
}

function columnsAfter(
  row: RelationshipStatusRow,
  before: LockedRelationship,
  asked: AskedMove,
): MovableColumns {
  const oldComment = row.oldComment === 'keep' ? before.comment : null;
  const act = row.dracsBirthActId === 'given' ? asked.dracsBirthActId : null;
  return {
    comment: asked.comment ?? oldComment,
    unverifiedAt: row.unverifiedAt === 'now' ? before.now : before.unverifiedAt,
    dracsBirthActId: act ?? before.dracsBirthActId,
    dracsBirthSyncedAt: row.dracsBirthSyncedAt === 'clear' ? null : before.dracsBirthSyncedAt,
  };
}

type Moved = Pick<LockedRelationship, 'verificationStatus' | 'verificationReason'> & MovableColumns;

/** Under which name the records tell a column. */
const TOLD_AS = {
  verificationStatus: 'verification_status',
  verificationReason: 'verification_reason',
  comment: 'verification_comment',
  unverifiedAt: 'unverified_at',
  dracsBirthActId: 'dracs_birth_act_id',
  dracsBirthSyncedAt: 'dracs_birth_synced_at',
} as const satisfies Record<keyof Moved, string>;

/** The changed fields. A comment may name people, so only that there is one is told. */
function changesetOf(before: Moved, after: Moved): Readonly<Record<string, unknown>> {
  const names = Object.keys(TOLD_AS) as (keyof Moved)[];
  return Object.fromEntries(
    names
      .filter((name) => String(before[name]) !== String(after[name]))
      .map((name) => [TOLD_AS[name], { old_value: told(name, before), new_value: told(name, after) }]),
  );
}

function told(name: keyof Moved, columns: Moved): unknown {
  const value = columns[name];
  return name === 'comment' && value !== null ? '*' : value;
}
