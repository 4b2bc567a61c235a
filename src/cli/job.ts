import { parseArgs } from 'node:util';
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../app.module';
import { ENVIRONMENT, type Settings } from '../config/settings.schema';
import { ownSettingsOrExit, provideSettings } from '../config/own-settings';
import { logFatal, warnIfNotMigrated } from '../database/start-failure';
import {
  type ForegroundEnd,
  JOB_NAMES,
  JobRegistry,
  JobRunner,
  JobRunRepository,
  Heartbeat,
  runSummary,
} from '../jobs';
import { Log, logUncaughtErrors, NestLog } from '../observability';
import { ExitStatus, StopOnSignal } from './command';
import { RunProgress } from './run-progress';

interface Usage {
  readonly name: string;
  readonly json: boolean;
  readonly giveUpAfterMinutes: number | undefined;
}

const USAGE = 'usage: npm run job -- <name> [--json] [--give-up-after <minutes>]\n';

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
    return await runJob(usage, settings, log);
  } catch (error) {
    return logFatal(log, error, settings);
  }
}

async function runJob({ name, json }: Usage, settings: Settings, log: Log): Promise<number> {
  const app = await NestFactory.createApplicationContext(AppModule, {
    logger: new NestLog(log),
    abortOnError: false,
  });
  const signal = new StopOnSignal(settings.SHUTDOWN_GRACE_SECONDS * 1000);
  try {
    await warnIfNotMigrated(app, settings);
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
  } finally {
    await app.close();
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
      options: { json: { type: 'boolean', default: false }, 'give-up-after': { type: 'string' } },
    });
    const [name, ...rest] = positionals;
    if (name === undefined || rest.length > 0) return refuse('name one job');
    // Checked before any server is asked, so that a misspelt name is reported on any machine.
    if (!JOB_NAMES.some((job) => job === name))
      return refuse(`Job not found; there is ${JOB_NAMES.join(', ')}`);
    const minutes = values['give-up-after'];
    const read = MINUTES.safeParse(minutes);
    if (!read.success) return refuse(`--give-up-after ${read.error.issues[0]?.message ?? 'is wrong'}`);
    return { name, json: values.json, giveUpAfterMinutes: minutes === undefined ? undefined : read.data };
  } catch {
    return refuse('an option is unknown or has no value');
  }
}

/** Does not repeat what was typed: it may be anything. */
function refuse(why: string): undefined {
  process.stderr.write(`${why}\n${USAGE}`);
}

void main().then((status) => process.exit(status));
