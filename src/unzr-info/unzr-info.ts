/** What the register holds under a UNZR, as it is kept and told. What it sent besides has its own names. */
export interface PersonInfo {
  readonly first_name: string | null;
  readonly last_name: string | null;
  readonly middle_name: string | null;
  readonly rnokpp: string | null;
  readonly gender: string | null;
  readonly date_birth: string | null;
  readonly documents: readonly DocumentInfo[];
}

/** A document of the person. */
export interface DocumentInfo {
  readonly type: string | null;
  readonly number: string | null;
  readonly issued_by: string | null;
  readonly issued_at: string | null;
  readonly expires_at: string | null;
  readonly status: string | null;
}

/** A UNZR that was asked about, as it is told. */
export interface UnzrInfoRow {
  readonly id: string;
  readonly unzr: string;
  readonly job_status: 'pending' | 'processed' | 'failed';
  /** Null when the register holds nothing, never answered, or whoever asks may not read it. */
  readonly info: PersonInfo | null;
  readonly synced_at: Date | null;
  readonly inserted_at: Date;
  readonly inserted_by: string;
  readonly updated_at: Date;
  readonly updated_by: string;
}
