import { z } from 'zod';
import { RETRY_KINDS } from '../../domain/verification/technical-error';
import { type Description, toldAt, toldId } from '../../http';
import { RUN_STATUSES } from '../../jobs';
import { RUN_COUNTERS } from '../verification-metrics';

const count = z.int().min(0);

/** A job counts by some of these. */
const COUNTERS = Object.fromEntries(RUN_COUNTERS.map((counter) => [counter, count.optional()]));

const RUN = {
  schema: z.strictObject({
    job: z.string(),
    run_id: toldId,
    status: z.enum(RUN_STATUSES),
    started_at: toldAt,
    finished_at: toldAt.nullable(),
    ...COUNTERS,
    technical_errors: z.partialRecord(z.enum(RETRY_KINDS), count),
    started_by: toldId.nullable(),
  }),
  example: {
    job: 'dms-passport-persons',
    run_id: '5a5b1c9e-0000-4000-8000-000000000005',
    status: 'FINISHED',
    started_at: '2026-03-02T01:00:00.016Z',
    finished_at: '2026-03-02T01:00:09.204Z',
    ...Object.fromEntries(RUN_COUNTERS.map((counter) => [counter, 0])),
    batches: 20,
    taken: 1765,
    verified: 1530,
    technical_errors: { fault_server: 5 },
    started_by: '5a5b1c9e-0000-4000-8000-000000000004',
  },
};

export const LIST_OF_RUNS: Description = {
  summary: 'What the jobs did and do, newest first',
  answer: RUN,
  isList: true,
};

export const ONE_RUN: Description = { summary: 'One run of a job', answer: RUN, refusals: ['job_not_found'] };

export const START_OF_RUN: Description = {
  summary: 'Starts a job by hand',
  says: 'The workers do it; the answer is the run as it begins.',
  path: { name: { schema: z.string(), example: 'dms-passport-persons' } },
  answer: RUN,
  refusals: ['job_not_found', 'job_already_running'],
};
