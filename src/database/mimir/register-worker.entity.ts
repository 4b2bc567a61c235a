import { Column, Entity } from 'typeorm';
import { Row } from '../row.entity';

/** A process that calls the register now. Written by `mvs-trembita`. */
@Entity({ schema: 'mimir', name: 'register_workers' })
export class RegisterWorker extends Row {
  @Column({ type: 'uuid' }) worker!: string;
  @Column({ type: 'timestamptz' }) leaseUntil!: Date;
}
