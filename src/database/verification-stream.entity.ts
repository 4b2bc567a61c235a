import { Column } from 'typeorm';
import type { StreamReason, StreamStatus } from '../domain/verification/stream';

/** Columns that every verification stream has. All streams are written by the room `verifications`. */
export abstract class StreamColumns {
  @Column({ type: 'varchar' }) verificationStatus!: StreamStatus;
  @Column({ type: 'varchar' }) verificationReason!: StreamReason;
}

/** The manual check by an employee of the National Health Service. */
export class NhsStream extends StreamColumns {
  @Column({ type: 'varchar', nullable: true }) verificationComment!: string | null;
  @Column({ type: 'timestamptz', nullable: true }) unverifiedAt!: Date | null;
}

/** The check of the tax number. */
export class DrfoStream extends StreamColumns {
  @Column({ type: 'uuid', nullable: true }) dataId!: string | null;
  @Column({ type: 'smallint', nullable: true }) dataResult!: number | null;
  @Column({ type: 'timestamptz', nullable: true }) syncedAt!: Date | null;
  @Column({ type: 'timestamptz', nullable: true }) unverifiedAt!: Date | null;
}

/** The check against acts of death, as a party has it. */
export class DracsDeathStream extends StreamColumns {
  @Column({ type: 'varchar', nullable: true }) onlineStatus!: 'READY' | 'IN_PROCESS' | 'COMPLETED' | null;
  @Column({ type: 'varchar', nullable: true }) verificationComment!: string | null;
  @Column({ type: 'timestamptz', nullable: true }) unverifiedAt!: Date | null;
}

/** The check against acts of death, as a person has it: the act that was found is kept. */
export class PersonDracsDeathStream extends DracsDeathStream {
  @Column({ type: 'uuid', nullable: true }) actId!: string | null;
}

/** The check against acts of birth. */
export class DracsBirthStream extends StreamColumns {
  @Column({ type: 'uuid', nullable: true }) actId!: string | null;
  @Column({ type: 'timestamptz', nullable: true }) syncedAt!: Date | null;
  @Column({ type: 'varchar', nullable: true }) verificationComment!: string | null;
  @Column({ type: 'timestamptz', nullable: true }) unverifiedAt!: Date | null;
}

/** Fed by acts of a change of name, not by the person. */
export class DracsNameChangeStream extends StreamColumns {
  @Column({ type: 'varchar', nullable: true }) verificationComment!: string | null;
}

/** The check of the proof that somebody under age has full legal capacity. */
export class LegalCapacityStream extends StreamColumns {
  @Column({ type: 'uuid', nullable: true }) entityId!: string | null;
  @Column({ type: 'varchar', nullable: true }) entityType!: string | null;
  @Column({ type: 'timestamptz', nullable: true }) unverifiedAt!: Date | null;
}

/** A stream that a register of the ministry answers. */
export class RegisterStreamColumns extends StreamColumns {
  /** The row in `mimir` that holds the answer. */
  @Column({ type: 'uuid', nullable: true }) dataId!: string | null;
  /** 1 found, 0 not found. */
  @Column({ type: 'smallint', nullable: true }) dataStatus!: number | null;
  @Column({ type: 'timestamptz', nullable: true }) syncedAt!: Date | null;
  @Column({ type: 'timestamptz', nullable: true }) unverifiedAt!: Date | null;
  /** The timetable does not take whoever is checked before this moment, after a technical error. */
  @Column({ type: 'timestamptz', nullable: true }) retryAt!: Date | null;
}
