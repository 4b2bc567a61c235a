import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Log, Metrics } from '../observability';
import { type JobRun, RUN_ENDS } from './job';
import { JobRunObserver } from './run-participant.service';
import type { JobScheduleRepository } from './job-schedule.repository';

const RUN: JobRun = {
  id: '11111111-1111-4111-8111-111111111111',
  job: 'dms-passport-persons',
  tick: null,
  status: 'FINISHED',
  startedAt: new Date('2024-05-01T01:00:00Z'),
  finishedAt: new Date('2024-05-01T01:00:02Z'),
  tookSeconds: 2,
  startedBy: '22222222-2222-4222-8222-222222222222',
  counts: { taken: 3, verified: 2, 'technical_errors.timeout': 1 },
};

function anObserver() {
  const lines: Record<string, unknown>[] = [];
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>);
      done();
    },
  });
  const metrics = new Metrics();
  const log = new Log({ LOG_LEVEL: 'info' }, destination);
  const schedules = { figures: () => Promise.resolve([]) } as unknown as JobScheduleRepository;
  return { observer: new JobRunObserver(log, metrics, schedules), metrics, lines };
}

describe('A run in the log', () => {
  it('has a line with the user who started it, and one with everything its record counts', () => {
    const { observer, lines } = anObserver();
    observer.started({ id: RUN.id, job: RUN.job, startedBy: RUN.startedBy ?? '' });
    observer.ended(RUN);
    const fields = { run_id: RUN.id, job: RUN.job, started_by: RUN.startedBy };
    const end = { ...fields, state: 'FINISHED', duration_ms: 2_000, counts: RUN.counts };
    expect(lines).toMatchObject([fields, end]);
  });

  it('is a warning when it did not finish, and when a tick had to be skipped', () => {
    const { observer, lines } = anObserver();
    observer.ended({ ...RUN, status: 'FAILED' });
    observer.skipped(RUN.job, new Date('2024-05-01T01:00:00Z'));
    expect(lines.map(({ level }) => level)).toEqual(['warn', 'warn']);
  });

  it('is counted by how it ended, from 0', async () => {
    const { observer, metrics } = anObserver();
    for (const status of RUN_ENDS) {
      expect(await metrics.text()).toContain(
        `job_runs_total{job_name="dms-passport-persons",status="${status}"} 0`,
      );
    }
    observer.ended({ ...RUN, status: 'FAILED' });
    expect(await metrics.text()).toContain(
      'job_runs_total{job_name="dms-passport-persons",status="FAILED"} 1',
    );
  });
});
