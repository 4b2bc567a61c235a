import type { Books } from './books';

/**
 * What becomes of every question about a UNZR, in the order in which it happened: `asked` anew, `asked_meanwhile`,
 * `claimed`, `reclaimed` after a lease that had passed (`stolen` when it had not), `put_back` for another try, and its
 * end. A trigger writes it down, so no code of the program is believed.
 */
const WITNESS = `
  CREATE TABLE drill.unzr_history (
    seq bigserial PRIMARY KEY, unzr varchar NOT NULL, what varchar NOT NULL, at timestamptz DEFAULT clock_timestamp(),
    worker varchar DEFAULT current_setting('application_name'));

  CREATE FUNCTION drill.note_unzr() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
  DECLARE
    what varchar;
    had boolean := TG_OP = 'UPDATE' AND OLD.claim_id IS NOT NULL;
  BEGIN
    what := CASE
      WHEN TG_OP = 'INSERT' THEN 'asked'
      WHEN OLD.job_status <> 'pending' AND NEW.job_status = 'pending' THEN 'asked'
      WHEN OLD.job_status <> 'pending' THEN 'ended_again'
      WHEN NEW.job_status <> 'pending' AND NOT had THEN 'ended_unclaimed'
      WHEN NEW.job_status <> 'pending' THEN NEW.job_status
      WHEN NEW.claim_id IS NOT DISTINCT FROM OLD.claim_id AND NEW.updated_at > OLD.updated_at THEN 'asked_meanwhile'
      WHEN NEW.claim_id IS NOT DISTINCT FROM OLD.claim_id THEN NULL
      WHEN NEW.claim_id IS NULL THEN 'put_back'
      WHEN NOT had THEN 'claimed'
      WHEN OLD.next_try_at <= now() THEN 'reclaimed'
      ELSE 'stolen'
    END;
    IF what IS NOT NULL THEN INSERT INTO drill.unzr_history (unzr, what) VALUES (NEW.unzr, what); END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER drill_unzr AFTER INSERT OR UPDATE ON mimir.unzr_info
    FOR EACH ROW EXECUTE FUNCTION drill.note_unzr();`;

/** Puts the witness into the database. */
export async function placeUnzrWitness(books: Books): Promise<void> {
  await books.write(WITNESS);
}

/** How often each of these was told of each UNZR. */
export async function toldOfUnzrs(
  books: Books,
  what: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await books.look<{ unzr: string; n: number }>(
    `SELECT unzr, count(*)::int AS n FROM drill.unzr_history WHERE what = ANY ($1::varchar[]) GROUP BY unzr`,
    [what],
  );
  return new Map(rows.map(({ unzr, n }) => [unzr, n]));
}

/** A number that grows whenever anything happens to any question. */
export function unzrProgress(books: Books): Promise<number> {
  return books.number(`SELECT coalesce(max(seq), 0) FROM drill.unzr_history`);
}
