import { Column, Entity } from 'typeorm';
import { Row } from '../row.entity';

/** What a process does: `command` is a run in the foreground. */
export const PROGRAM_ROLES = ['api', 'worker', 'api_and_worker', 'command'] as const;
export type ProgramRole = (typeof PROGRAM_ROLES)[number];

/** A process that runs, or was killed. Written by the module `jobs`. */
@Entity({ schema: 'mpi', name: 'processes' })
export class ProgramInstance extends Row {
  @Column({ type: 'varchar' }) role!: ProgramRole;
  @Column({ type: 'varchar' }) host!: string;
  @Column({ type: 'varchar' }) version!: string;
  @Column({ type: 'timestamptz' }) startedAt!: Date;
  @Column({ type: 'timestamptz', default: () => 'now()' }) lastSeenAt!: Date;
}
