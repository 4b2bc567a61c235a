import Queue from 'bull';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../src/database/data-source';
import { PersonVerification } from '../src/database/mpi/person-verification.entity';
import { onDatabase } from './environment';

/** Of the settings of Bull that were tried, the fastest for jobs that do little. */
const CONCURRENCY = 50;
/** More than can be done in the time of a measurement; jobs are put in before it begins. */
const JOBS_PER_SECOND = 4_000;
const ADDED_AT_ONCE = 1_000;

/** The obvious program, measured for comparison: a Bull job for each person, who is found and saved twice. */
export async function oneByOne(url: string, redisUrl: string, seconds: number): Promise<number> {
  const dataSource = new DataSource(dataSourceOptions(url, { poolSize: 10 }));
  await dataSource.initialize();
  const queue = new Queue<{ personId: string }>('one-by-one', redisUrl, {
    defaultJobOptions: { removeOnComplete: true },
  });
  try {
    const jobs = await someJobs(url, Math.ceil(seconds * JOBS_PER_SECOND));
    for (let from = 0; from < jobs.length; from += ADDED_AT_ONCE) {
      await queue.addBulk(jobs.slice(from, from + ADDED_AT_ONCE));
    }
    let done = 0;
    const startedAtMs = performance.now();
    void queue.process(CONCURRENCY, async ({ data }) => {
      await check(dataSource, data.personId);
      done += 1;
    });
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    const perSecond = done / ((performance.now() - startedAtMs) / 1000);
    await queue.pause(true);
    await queue.obliterate({ force: true });
    return perSecond;
  } finally {
    await queue.close();
    await dataSource.destroy();
  }
}

async function someJobs(url: string, n: number): Promise<{ data: { personId: string } }[]> {
  const text = `SELECT person_id FROM mpi.person_verifications
                 WHERE dms_passport_verification_status = 'VERIFIED' ORDER BY random() LIMIT ${n}`;
  const { rows } = await onDatabase(url, (client) => client.query<{ person_id: string }>(text));
  return rows.map((row) => ({ data: { personId: row.person_id } }));
}

async function check(dataSource: DataSource, personId: string): Promise<void> {
  const repository = dataSource.getRepository(PersonVerification);
  const taken = await repository.findOneByOrFail({ personId });
  taken.dmsPassport.verificationStatus = 'IN_REVIEW';
  taken.dmsPassport.verificationReason = 'AUTO';
  await repository.save(taken);
  const answered = await repository.findOneByOrFail({ personId });
  answered.dmsPassport.verificationStatus = 'VERIFIED';
  answered.dmsPassport.verificationReason = 'AUTO_VALID';
  answered.dmsPassport.syncedAt = new Date();
  await repository.save(answered);
}
