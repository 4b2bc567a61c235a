import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The logs stay append only for the program. What is past its time is removed by these functions of their owner, which
 * know how young a row may be at least, and take no other order.
 */
export class PurgeRecords1700000001450 implements MigrationInterface {
  readonly name = 'PurgeRecords1700000001450';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const [log, days] of Object.entries(FLOOR_DAYS)) {
      await queryRunner.query(purgeFunction(log, days));
      await queryRunner.query(`
        COMMENT ON FUNCTION mpi.purge_${log}(timestamptz, timestamptz, integer) IS
          'Removes the oldest rows before a moment, at most so many, beginning at a mark; never younger than ${days} days.'`);
      await queryRunner.query(
        `REVOKE ALL ON FUNCTION mpi.purge_${log}(timestamptz, timestamptz, integer) FROM PUBLIC`,
      );
      await queryRunner.query(
        `GRANT EXECUTE ON FUNCTION mpi.purge_${log}(timestamptz, timestamptz, integer) TO app`,
      );
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const log of Object.keys(FLOOR_DAYS)) {
      await queryRunner.query(`DROP FUNCTION mpi.purge_${log}(timestamptz, timestamptz, integer)`);
    }
  }
}

/** An audit row must outlast a yearly inspection; an event, a month in which its reader is out of order. */
const FLOOR_DAYS = { audit_log: 365, status_change_events: 30 };

/** Planned anew each time: a plan for any number of rows and any moment would read the whole table. */
function purgeFunction(log: string, days: number): string {
  return `
    CREATE FUNCTION mpi.purge_${log}(before timestamptz, since timestamptz, most integer,
                                     OUT removed integer, OUT mark timestamptz)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan
    AS $function$
    BEGIN
      IF before IS NULL OR before > now() - interval '${days} days' THEN
        RAISE EXCEPTION 'rows of ${log} are kept for ${days} days at least' USING ERRCODE = '42501';
      END IF;
      WITH picked AS MATERIALIZED (
        SELECT id, inserted_at FROM mpi.${log}
         WHERE inserted_at < before AND inserted_at >= coalesce(since, '-infinity')
         ORDER BY inserted_at LIMIT least(most, 10000) FOR UPDATE SKIP LOCKED),
      gone AS (DELETE FROM mpi.${log} WHERE id = ANY (ARRAY(SELECT id FROM picked)) RETURNING id)
      SELECT (SELECT count(*) FROM gone), (SELECT max(inserted_at) FROM picked) INTO removed, mark;
    END
    $function$`;
}
