import { parseExpression } from 'cron-parser';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Settings } from '../config/settings.schema';
import type { Job } from './job';
import { JobRegistry } from './job-registry';
import type { JobRunObserver } from './run-participant.service';
import type { InsertedTick, JobRunRepository } from './job-run.repository';
import type { JobScheduleRepository } from './job-schedule.repository';
import { JobScheduler } from './job.scheduler';
import { TickMemory } from './tick-memory';
import type { WakeUps } from './wake-ups.service';

vi.mock('cron-parser', async (load) => {
  const cronParser = await load<{ default: typeof import('cron-parser') }>();
  return { parseExpression: vi.fn(cronParser.default.parseExpression.bind(cronParser.default)) };
});

const KYIV = 'Europe/Kyiv';
const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

const latestTick = (now: Date, schedule: string): Date => new TickMemory(KYIV).latestTick(schedule, now);
const at = (now: string, schedule = '0 1 * * *') => latestTick(new Date(now), schedule).toISOString();

beforeEach(() => {
  vi.mocked(parseExpression).mockClear();
});

describe('The latest tick of a schedule', () => {
  it('is in Kyiv time: one o’clock there is 23:00 UTC of the day before in winter and 22:00 in summer', () => {
    expect(at('2026-01-15T12:00:00Z')).toBe('2026-01-14T23:00:00.000Z');
    expect(at('2026-07-15T12:00:00Z')).toBe('2026-07-14T22:00:00.000Z');
  });

  it('counts from its very millisecond, and not one before', () => {
    expect(at('2026-01-14T23:00:00.000Z')).toBe('2026-01-14T23:00:00.000Z');
    expect(at('2026-01-14T22:59:59.999Z')).toBe('2026-01-13T23:00:00.000Z');
  });

  it('exists once a day, in the nights of the clock changes too', () => {
    const nights = ['2026-03-28', '2026-03-29', '2026-03-30', '2026-10-24', '2026-10-25', '2026-10-26'];
    const ticks = nights.flatMap((day) => [at(`${day}T06:00:00Z`), at(`${day}T12:00:00Z`)]);
    expect([...new Set(ticks)]).toEqual([
      '2026-03-27T23:00:00.000Z',
      '2026-03-28T23:00:00.000Z',
      '2026-03-29T22:00:00.000Z',
      '2026-10-23T22:00:00.000Z',
      '2026-10-24T22:00:00.000Z',
      '2026-10-25T23:00:00.000Z',
    ]);
  });

  it('exists twice at a time that the clock shows twice: an hour apart, and the second run finds nobody due', () => {
    expect(at('2026-10-25T00:45:00Z', '30 3 * * *')).toBe('2026-10-25T00:30:00.000Z');
    expect(at('2026-10-25T01:45:00Z', '30 3 * * *')).toBe('2026-10-25T01:30:00.000Z');
  });
});

describe('The next ticks of a schedule', () => {
  const next = (memory: TickMemory, now: string, schedule: string) =>
    memory.nextTicks(schedule, new Date(now)).map((tick) => tick.toISOString());

  it('are later than now, soonest first, in Kyiv time', () => {
    expect(next(new TickMemory(KYIV), '2026-03-27T23:00:00.000Z', '0 1 * * *')).toEqual([
      '2026-03-28T23:00:00.000Z',
      '2026-03-29T22:00:00.000Z',
      '2026-03-30T22:00:00.000Z',
    ]);
  });

  it.each(['30 3 * * *', '*/20 2-4 * * *'])(
    'are all that will come, in the nights of the clock changes too: %s',
    (schedule) => {
      for (const night of ['2026-03-28T22:00:00Z', '2026-10-24T22:00:00Z']) {
        const memory = new TickMemory(KYIV);
        const soon = next(memory, night, schedule);
        const coming = [...soon, ...next(memory, soon.at(-1) ?? '', schedule)];
        expect(coming).toHaveLength(6);
        const before = [at(night, schedule), ...coming];
        for (const [index, tick] of coming.entries()) {
          const justBefore = new Date(Date.parse(tick) - 1).toISOString();
          expect([at(justBefore, schedule), at(tick, schedule)]).toEqual([before[index], tick]);
        }
      }
    },
  );

  it('are evaluated again only when one of them has come, or the clock was set back', () => {
    const memory = new TickMemory(KYIV);
    next(memory, '2026-05-01T12:00:00Z', '0 1 * * *');
    vi.mocked(parseExpression).mockClear();
    next(memory, '2026-05-01T21:59:59Z', '0 1 * * *');
    expect(parseExpression).not.toHaveBeenCalled();
    expect(next(memory, '2026-05-01T22:00:00Z', '0 1 * * *')[0]).toBe('2026-05-02T22:00:00.000Z');
    expect(next(memory, '2026-04-30T12:00:00Z', '0 1 * * *')[0]).toBe('2026-04-30T22:00:00.000Z');
  });
});

describe('A remembered tick', () => {
  it('spares the evaluation of the expression until the next tick has come', () => {
    const memory = new TickMemory(KYIV);
    const start = Date.parse('2026-05-01T12:00:00Z');
    for (let ms = 0; ms < 24 * 60 * MINUTE_MS; ms += 10 * SECOND_MS) {
      memory.latestTick('0 1 * * *', new Date(start + ms));
    }
    // Once at the start and once when the tick of the night has come; each time three questions are asked.
    expect(parseExpression).toHaveBeenCalledTimes(6);
    memory.latestTick('30 1 * * *', new Date(start));
    expect(parseExpression).toHaveBeenCalledTimes(9);
  });

  it('is replaced at the very millisecond of the next one', () => {
    const memory = new TickMemory(KYIV);
    const tickAt = (now: string) => memory.latestTick('0 1 * * *', new Date(now)).toISOString();
    expect(tickAt('2026-01-14T22:59:59.999Z')).toBe('2026-01-13T23:00:00.000Z');
    expect(tickAt('2026-01-14T23:00:00.000Z')).toBe('2026-01-14T23:00:00.000Z');
  });

  it('is not used when the clock of the database is set back before it', () => {
    const memory = new TickMemory(KYIV);
    const tickAt = (now: string) => memory.latestTick('0 1 * * *', new Date(now)).toISOString();
    expect(tickAt('2026-01-14T23:30:00Z')).toBe('2026-01-14T23:00:00.000Z');
    expect(tickAt('2026-01-14T22:30:00Z')).toBe('2026-01-13T23:00:00.000Z');
  });

  it.each(['0 1 * * *', '30 3 * * *', '*/20 2-4 * * *'])(
    'never differs from an evaluation, in the nights of the clock changes: %s',
    (schedule) => {
      for (const night of ['2026-03-28T23:00:00Z', '2026-10-24T23:00:00Z']) {
        const memory = new TickMemory(KYIV);
        for (let minutes = 0; minutes < 4 * 60; minutes += 10) {
          const now = new Date(Date.parse(night) + minutes * MINUTE_MS);
          const justAfter = new Date(now.getTime() + 1);
          const evaluated = parseExpression(schedule, { tz: KYIV, currentDate: justAfter }).prev().toDate();
          expect(memory.latestTick(schedule, now), now.toISOString()).toEqual(evaluated);
        }
      }
    },
  );
});

const jobOf = (name: string): Job => ({
  name,
  schedule: '0 1 * * *',
  counters: [],
  help: () => Promise.resolve('nothing_due'),
  reclaim: () => Promise.resolve(),
  unfinished: () => Promise.resolve(false),
  due: () => Promise.resolve(null),
});

/** A scheduler of two jobs whose last ticks are of the night before, and what it does at each look. */
function schedulerWith(
  stubs: Partial<Pick<JobRunRepository, 'insertTick'> & Pick<JobScheduleRepository, 'lastTick'>>,
) {
  const jobs = new JobRegistry();
  jobs.add(jobOf('unzr-persons'));
  jobs.add(jobOf('purge'));
  const events: unknown[] = [];
  const runs = {
    lastTick: () =>
      Promise.resolve({ since: new Date('2026-01-13T23:00:00Z'), now: new Date('2026-01-14T23:00:05Z') }),
    insertTick: () => Promise.resolve<InsertedTick>({ id: 'a run', status: 'RUNNING' }),
    ...stubs,
  };
  const observer = {
    started: ({ job }: { job: string }) => events.push(['started', job]),
    skipped: (job: string, tick: Date) => events.push(['skipped', job, tick.toISOString()]),
    failed: (job: string, error: unknown) => events.push(['failed', job, error]),
  } as unknown as JobRunObserver;
  const wakeUps = { notify: (queue: string) => Promise.resolve(events.push(['notified', queue])) };
  const scheduler = new JobScheduler(
    jobs,
    runs as unknown as JobRunRepository,
    runs as unknown as JobScheduleRepository,
    observer,
    wakeUps as unknown as WakeUps,
    {
      SCHEDULE_TIME_ZONE: KYIV,
      SYSTEM_USER_ID: '00000000-0000-4000-8000-000000000001',
    } as Settings,
  );
  return { scheduler, events };
}

describe('The scheduler', () => {
  it('starts nothing before the application is ready, and nothing once it closes', async () => {
    const { scheduler, events } = schedulerWith({});
    await scheduler.startDueRuns();
    scheduler.onApplicationBootstrap();
    await scheduler.beforeApplicationShutdown();
    await scheduler.startDueRuns();
    expect(events).toEqual([]);
  });

  it('that closes ends the start under way, and goes on to no other job', async () => {
    let insert: (run: InsertedTick) => void = () => undefined;
    let isInserting: () => void = () => undefined;
    const inserting = new Promise<void>((resolve) => (isInserting = resolve));
    const { scheduler, events } = schedulerWith({
      insertTick: (name) => {
        if (name !== 'unzr-persons') return Promise.resolve(undefined);
        isInserting();
        return new Promise((resolve) => (insert = resolve));
      },
      lastTick: (name) => {
        events.push(['asked', name]);
        return Promise.resolve({
          since: new Date('2026-01-13T23:00:00Z'),
          now: new Date('2026-01-14T23:00:05Z'),
        });
      },
    });
    scheduler.onApplicationBootstrap();
    const looked = scheduler.startDueRuns();
    await inserting;
    const closed = scheduler.beforeApplicationShutdown().then(() => events.push('closed'));
    insert({ id: 'a run', status: 'RUNNING' });
    await Promise.all([looked, closed]);
    expect(events).toEqual([
      ['asked', 'unzr-persons'],
      ['started', 'unzr-persons'],
      ['notified', 'unzr-persons'],
      'closed',
    ]);
  });

  it('records the tick that has come as a run and wakes the workers of its queue', async () => {
    const { scheduler, events } = schedulerWith({});
    scheduler.onApplicationBootstrap();
    await scheduler.startDueRuns();
    expect(events).toEqual([
      ['started', 'unzr-persons'],
      ['notified', 'unzr-persons'],
      ['started', 'purge'],
      ['notified', 'purge'],
    ]);
  });

  it('wakes no worker for a tick that another worker recorded, or that fell into a run', async () => {
    const ends: (InsertedTick | undefined)[] = [undefined, { id: 'a run', status: 'SKIPPED' }];
    const { scheduler, events } = schedulerWith({ insertTick: () => Promise.resolve(ends.shift()) });
    scheduler.onApplicationBootstrap();
    await scheduler.startDueRuns();
    expect(events).toEqual([['skipped', 'purge', '2026-01-14T23:00:00.000Z']]);
  });

  it('records nothing for a tick that is recorded', async () => {
    const now = new Date('2026-01-14T23:00:05Z');
    const { scheduler, events } = schedulerWith({
      lastTick: () => Promise.resolve({ since: new Date('2026-01-14T23:00:00Z'), now }),
    });
    scheduler.onApplicationBootstrap();
    await scheduler.startDueRuns();
    expect(events).toEqual([]);
  });

  it('goes on with the next job when one fails', async () => {
    const failure = new Error('the database is away');
    let isFirst = true;
    const { scheduler, events } = schedulerWith({
      insertTick: () => {
        if (!isFirst) return Promise.resolve<InsertedTick>({ id: 'a run', status: 'RUNNING' });
        isFirst = false;
        return Promise.reject(failure);
      },
    });
    scheduler.onApplicationBootstrap();
    await scheduler.startDueRuns();
    expect(events.slice(0, 2)).toEqual([
      ['failed', 'unzr-persons', failure],
      ['started', 'purge'],
    ]);
  });
});
