import { Column, PrimaryColumn } from 'typeorm';

/** The columns of every table. */
export abstract class Row {
  @PrimaryColumn({ type: 'uuid', default: () => 'gen_random_uuid()' }) id!: string;
  @Column({ type: 'timestamptz', default: () => 'now()' }) insertedAt!: Date;
  @Column({ type: 'timestamptz', default: () => 'now()' }) updatedAt!: Date;
}
