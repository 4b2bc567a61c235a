import { Column, PrimaryColumn } from 'typeorm';

/** The columns of every table. */
export abstract class Row {
  @PrimaryColumn({ type: 'uuid', default: () => 'gen_random_uuid()' }) id!: string;
  /** The database sets it; the role of the program has no right to. */
  @Column({ type: 'timestamptz', default: () => 'now()', insert: false, update: false }) insertedAt!: Date;
  @Column({ type: 'timestamptz', default: () => 'now()', insert: false }) updatedAt!: Date;
}
