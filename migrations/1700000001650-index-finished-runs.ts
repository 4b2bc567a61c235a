import { IndexBusyTables } from './index-busy-table';

/** By it every collection of figures finds the last finished run of each job, one entry a job. */
export class IndexFinishedRuns1700000001650 extends IndexBusyTables {
  readonly name = 'IndexFinishedRuns1700000001650';
  protected readonly indexes = [
    {
      name: 'job_runs_finished_index',
      table: 'mpi.job_runs',
      columns: `(job, finished_at) WHERE status = 'FINISHED'`,
    },
  ];
}
