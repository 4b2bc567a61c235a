import { parseArgs } from 'node:util';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../app.module';
import { ENVIRONMENT, type Settings } from '../config/settings.schema';
import { ownSettingsOrExit, provideSettings } from '../config/own-settings';
import { logFatal, warnIfNotMigrated } from '../database/start-failure';
import { Refusal } from '../domain/refusal';
import { faultOfText } from '../http';
import {
  type ForegroundEnd,
  JOB_NAMES,
  JobRegistry,
  JobRunner,
  JobRunRepository,
  Heartbeat,
  JobTimetable,
  runSummary,
} from '../jobs';
import { Log, logUncaughtErrors, NestLog } from '../observability';
import { ExitStatus, StopOnSignal } from './command';
import { RunProgress } from './run-progress';

interface Usage {
  readonly action: 'run' | 'pause' | 'resume';
  readonly name: string;
  readonly json: boolean;
  readonly giveUpAfterMinutes: number | undefined;
  /** Of a pause. */
  readonly reason: string;
}

const USAGE = `usage: npm run job -- <name> [--json] [--give-up-after <minutes>]
       npm run job -- pause <name> --reason <text> [--json]
       npm run job -- resume <name> [--json]
`;

/** The option accepts what the setting accepts. */
const MINUTES = ENVIRONMENT.shape.JOB_GIVE_UP_AFTER_MINUTES;

async function main(): Promise<number> {
  const usage = readUsage();
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
  { action, name, json, reason }: Usage,
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

async function runJob(app: INestApplicationContext, usage: Usage, settings: Settings): Promise<number> {
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
    const end = await app.get(JobRunner, { strict: false }).runInForeground({
      job: name,
      startedBy: settings.SYSTEM_USER_ID,
      signals: signal.signals,
      onStart: (runId) => progress.start(runId),
    });
    await progress.stop();
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

function readUsage(): Usage | undefined {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        'give-up-after': { type: 'string' },
        reason: { type: 'string' },
      },
    });
    const action = actionIn(positionals);
    const [name, ...rest] = action === 'run' ? positionals : positionals.slice(1);
    if (name === undefined || rest.length > 0) return refuse('name one job');
    // Checked before any server is asked, so that a misspelt name is reported on any machine.
    if (!JOB_NAMES.some((job) => job === name))
      return refuse(`Job not found; there is ${JOB_NAMES.join(', ')}`);
    const { 'give-up-after': minutes, reason, json } = values;
    const read = MINUTES.safeParse(minutes);
    if (!read.success) return refuse(`--give-up-after ${read.error.issues[0]?.message ?? 'is wrong'}`);
    const fault = faultOf(action, minutes, reason);
    if (fault !== undefined) return refuse(fault);
    const giveUpAfterMinutes = minutes === undefined ? undefined : read.data;
    return { action, name, json, giveUpAfterMinutes, reason: reason ?? '' };
  } catch {
    return refuse('an option is unknown or has no value');
  }
}

function actionIn([first]: readonly string[]): Usage['action'] {
  return first === 'pause' || first === 'resume' ? first : 'run';
}

/** What is wrong with options that belong to another action, or with the reason. */
function faultOf(
  action: Usage['action'],
  minutes: string | undefined,
  reason: string | undefined,
): string | undefined {
  if (action !== 'run' && minutes !== undefined) return '--give-up-after belongs to a run';
  if (action !== 'pause') return reason === undefined ? undefined : '--reason belongs to a pause';
  const isGood = reason !== undefined && /\S/.test(reason) && faultOfText(reason, {}) === undefined;
  return isGood ? undefined : '--reason must say why, in 255 characters at most';
}

/** Does not repeat what was typed: it may be anything. */
function refuse(why: string): undefined {
  process.stderr.write(`${why}\n${USAGE}`);
}

void main().then((status) => process.exit(status));
