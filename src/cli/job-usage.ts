import { parseArgs } from 'node:util';
import { ENVIRONMENT } from '../config/settings.schema';
import { faultOfText } from '../http';
import { JOB_NAMES } from '../jobs';

/** What `npm run job` is to do. */
export interface JobUsage {
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

/** Reads the arguments. When they are wrong, it prints why and the usage, and returns undefined. */
export function readJobUsage(args: string[]): JobUsage | undefined {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        'give-up-after': { type: 'string' },
        reason: { type: 'string' },
      },
    });
    const action = actionIn(positionals);
    const jobs = action === 'run' ? positionals : positionals.slice(1);
    const { 'give-up-after': minutes, reason, json } = values;
    const read = MINUTES.safeParse(minutes);
    if (!read.success)
      return refuse(`--give-up-after ${read.error.issues.map(({ message }) => message).join(', ')}`);
    const fault = faultOfJobs(jobs) ?? faultOfOptions(action, minutes, reason);
    if (fault !== undefined) return refuse(fault);
    const giveUpAfterMinutes = minutes === undefined ? undefined : read.data;
    return { action, name: jobs[0] ?? '', json, giveUpAfterMinutes, reason: reason ?? '' };
  } catch {
    return refuse('an option is unknown or has no value');
  }
}

function actionIn([first]: readonly string[]): JobUsage['action'] {
  return first === 'pause' || first === 'resume' ? first : 'run';
}

/** Found before any server is asked, so that a misspelt name is reported on any machine. */
function faultOfJobs([name, ...rest]: readonly string[]): string | undefined {
  if (name === undefined || rest.length > 0) return 'name one job';
  return JOB_NAMES.some((job) => job === name)
    ? undefined
    : `Job not found; there is ${JOB_NAMES.join(', ')}`;
}

/** What is wrong with options that belong to another action, or with the reason. */
function faultOfOptions(
  action: JobUsage['action'],
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
