import { UNZR } from './guarded-calls';
import { JOB } from './installation';
import type { Session } from './session';

/** A run of long ago. */
export async function endedRun(sql: Session): Promise<string> {
  const text = `INSERT INTO mpi.job_runs (job, status, started_at, finished_at) VALUES ($1, 'FINISHED', now(), now())
    RETURNING id`;
  const [run] = await sql.query<{ id: string }>({ text }, [JOB]);
  return run?.id ?? '';
}

/** Somebody asked about the UNZR long ago. */
export async function askedUnzr(sql: Session): Promise<void> {
  const text = `INSERT INTO mimir.unzr_info (unzr, job_status, inserted_by, updated_by) VALUES ($1, 'failed', $2, $2)`;
  await sql.query({ text }, [UNZR, '11111111-1111-4111-8111-111111111111']);
}

/** Somebody had the person checked at once, long ago. */
export async function askedCheck(sql: Session, personId: string): Promise<void> {
  const text = `
    INSERT INTO mpi.check_requests (person_id, stream, requested_by, next_look_at, ended_at, ended_as)
    VALUES ($1, 'dms_passport', gen_random_uuid(), NULL, now(), 'done')`;
  await sql.query({ text }, [personId]);
}
