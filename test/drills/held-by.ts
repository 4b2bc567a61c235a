/** Persons under claims of a worker, as a statement. Its name is one of ours. */
export const heldBy = (worker: string): string => `
  SELECT held.person_id, held.claim_id FROM mpi.verification_locks AS held
    JOIN drill.history AS taken ON taken.claim_id = held.claim_id AND taken.person_id = held.person_id
     AND taken.what = 'claimed' AND taken.worker = '${worker}'`;
