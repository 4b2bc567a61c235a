import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../app.module';
import type { Settings } from '../config/settings.schema';
import { ownSettingsOrExit, provideSettings } from '../config/own-settings';
import { logFatal, warnIfNotMigrated } from '../database/start-failure';
import { Refusal } from '../domain/refusal';
import {
  type ForegroundEnd,
  JobRegistry,
  JobRunner,
  JobRunRepository,
  Heartbeat,
  JobTimetable,
  runSummary,
} from '../jobs';
import { Log, logUncaughtErrors, NestLog } from '../observability';
import { ExitStatus, StopOnSignal } from './command';
import { type JobUsage, readJobUsage } from './job-usage';
import { RunProgress } from './run-progress';

async function main(): Promise<number> {
  const usage = readJobUsage(process.argv.slice(2));
  if (usage === undefined) return ExitStatus.WrongUsage;
  const own = ownSettingsOrExit('job');
  const settings = {
    ...own,
    JOB_GIVE_UP_AFTER_MINUTES: usage.giveUpAfterMinutes ?? own.JOB_GIVE_UP_AFTER_MINUTES,
  };
  provideSettings(settings);
  const log = new Log(settings);
  logUncaughtErrors(log);
  if (settings.REDIS_URL === undefined) log.info('REDIS_URL is not set: this run does not use Redis');
  try {
    const app = await NestFactory.createApplicationContext(AppModule, {
      logger: new NestLog(log),
      abortOnError: false,
    });
    try {
      await warnIfNotMigrated(app, settings);
      return await (usage.action === 'run' ? runJob : changePause)(app, usage, settings);
    } finally {
      await app.close();
    }
  } catch (error) {
    return logFatal(log, error, settings);
  }
}

/** Pauses or resumes the job in the name of the system user. */
async function changePause(
  app: INestApplicationContext,
  { action, name, json, reason }: JobUsage,
  { SYSTEM_USER_ID: userId }: Settings,
): Promise<number> {
  const timetable = app.get(JobTimetable, { strict: false });
  const { pausedAt, reason: current } = await (action === 'pause'
    ? timetable.pause(name, userId, reason)
    : timetable.resume(name, userId));
  const state = { job: name, paused_at: pausedAt?.toISOString() ?? null, reason: current };
  process.stdout.write(json ? `${JSON.stringify(state)}\n` : `${lines(state)}\n`);
  return ExitStatus.Done;
}

async function runJob(app: INestApplicationContext, usage: JobUsage, settings: Settings): Promise<number> {
  const { name, json } = usage;
  const signal = new StopOnSignal(settings.SHUTDOWN_GRACE_SECONDS * 1000);
  try {
    await app.get(Heartbeat, { strict: false }).start('command');
    const jobs = app.get(JobRegistry, { strict: false });
    const job = jobs.get(name);
    const progress = new RunProgress({
      label: name,
      runs: app.get(JobRunRepository, { strict: false }),
      counters: job.counters,
      due: () => job.due(),
    });
    const running = app.get(JobRunner, { strict: false }).runInForeground({
      job: name,
      startedBy: settings.SYSTEM_USER_ID,
      signals: signal.signals,
      onStart: (runId) => progress.start(runId),
    });
    // Also after a failure: the bar hides the cursor, and its timer would go on while the program closes.
    const end = await running.finally(() => progress.stop());
    print(end, { json, counters: job.counters });
    return signal.exitStatus ?? statusOf(end);
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'job_paused') throw error;
    process.stderr.write(`the job is paused; npm run job -- resume ${name}\n`);
    if (json) process.stdout.write(`${JSON.stringify({ error: 'paused' })}\n`);
    return ExitStatus.Paused;
  }
}

function print(end: ForegroundEnd, { json, counters }: { json: boolean; counters: readonly string[] }): void {
  if (end.kind === 'already_running') {
    process.stderr.write(`already running: ${end.runId}\n`);
    if (json) process.stdout.write(`${JSON.stringify({ error: 'already_running', run_id: end.runId })}\n`);
    return;
  }
  const summary = runSummary(end.run, counters);
  process.stdout.write(json ? `${JSON.stringify(summary)}\n` : `${lines(summary)}\n`);
}

function lines(summary: Readonly<Record<string, unknown>>): string {
  const width = Math.max(...Object.keys(summary).map((name) => name.length));
  return Object.entries(summary)
    .map(
      ([name, value]) => `${name.padEnd(width)} ${typeof value === 'string' ? value : JSON.stringify(value)}`,
    )
    .join('\n');
}

function statusOf(end: ForegroundEnd): number {
  if (end.kind === 'already_running') return ExitStatus.AlreadyRunning;
  return end.run.status === 'FAILED' ? ExitStatus.Failed : ExitStatus.Done;
}

void main().then((status) => process.exit(status));
