import { Column } from 'typeorm';
import type { StreamReason, StreamStatus } from '../domain/verification/stream';

/** Columns of every verification stream. All streams are written by the module `verifications`. */
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

/** The check against acts of death of a party. */
export class DracsDeathStream extends StreamColumns {
  @Column({ type: 'varchar', nullable: true }) onlineStatus!: 'READY' | 'IN_PROCESS' | 'COMPLETED' | null;
  @Column({ type: 'varchar', nullable: true }) verificationComment!: string | null;
  @Column({ type: 'timestamptz', nullable: true }) unverifiedAt!: Date | null;
}

/** The check against acts of death of a person, with the act that was found. */
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

/** The check of a minor's proof of full legal capacity. */
export class LegalCapacityStream extends StreamColumns {
  @Column({ type: 'uuid', nullable: true }) entityId!: string | null;
  @Column({ type: 'varchar', nullable: true }) entityType!: string | null;
  @Column({ type: 'timestamptz', nullable: true }) unverifiedAt!: Date | null;
}

/** A stream that is checked in a register of the ministry. */
export class RegisterStreamColumns extends StreamColumns {
  /** The `mimir` row of the answer. */
  @Column({ type: 'uuid', nullable: true }) dataId!: string | null;
  /** 1 found, 0 not found. */
  @Column({ type: 'smallint', nullable: true }) dataStatus!: number | null;
  @Column({ type: 'timestamptz', nullable: true }) syncedAt!: Date | null;
  @Column({ type: 'timestamptz', nullable: true }) unverifiedAt!: Date | null;
  /** After a technical error scheduled runs do not claim the person before this moment. */
  @Column({ type: 'timestamptz', nullable: true }) retryAt!: Date | null;
}
