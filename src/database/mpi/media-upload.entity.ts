import { Column, Entity } from 'typeorm';
import { Row } from '../row.entity';

/** An object of media storage that no committed registration has kept. Written by `media-storage`. */
@Entity({ schema: 'mpi', name: 'media_uploads' })
export class MediaUpload extends Row {
  @Column({ type: 'varchar' }) bucket!: string;
  @Column({ type: 'varchar' }) objectKey!: string;
  /** When the upload was marked as orphaned; from then on no registration can keep it. */
  @Column({ type: 'timestamptz', nullable: true }) orphanedAt!: Date | null;
}
