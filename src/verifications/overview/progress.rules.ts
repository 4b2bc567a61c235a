import type { SubjectName } from '../../domain/verification/stream';
import type { RunningRun, SeenInstance } from '../../jobs';
import type { RegisterState } from '../../mvs-trembita';
import type { DueCount } from './due-counts.service';

/**
 * What keeps a run from being faster. `pause`: somebody paused the job. `register`: all permits are in use, so its answers are waited for. `rate_limiter`:
 * the agreed rate is reached. `workers`: none lives, or they leave permits unused.
 */
export const PROGRESS_LIMITS = ['pause', 'circuit_breaker', 'rate_limiter', 'register', 'workers'] as const;
export type ProgressLimit = (typeof PROGRESS_LIMITS)[number];

/** How far the checks of one stream of persons or parties are. */
export interface StreamProgress {
  readonly job: string;
  readonly stream: string;
  readonly subject: SubjectName;
  /** Retries aside; undefined while nobody has counted. */
  readonly due: DueCount | undefined;
  readonly claimed: number;
  readonly waitingForRetry: number;
  readonly cannotBeChecked: number;
  /** Undefined while no run is going. */
  readonly run: RunningRun | undefined;
  /** When the run will have checked everybody who is due and claimed, at the speed of the last ten minutes. */
  readonly doneAt: Date | undefined;
  readonly limitedBy: ProgressLimit | undefined;
}

/** What a run is limited by. */
export interface LimitFacts {
  readonly isPaused: boolean;
  readonly method: string;
  readonly register: RegisterState;
  readonly processes: readonly SeenInstance[];
}

/** Calls are counted when they end, so a rate that is reached shows as a little less. */
const RATE_REACHED_SHARE = 0.9;

export function limitOf({ isPaused, method, register, processes }: LimitFacts): ProgressLimit {
  if (isPaused) return 'pause';
  const { methods, rate, permits } = register;
  if (methods.some((each) => each.method === method && each.state !== 'closed')) return 'circuit_breaker';
  if (!processes.some(({ role, isSilent }) => role !== 'api' && !isSilent)) return 'workers';
  if (rate.limit !== null && rate.perSecond >= RATE_REACHED_SHARE * rate.limit) return 'rate_limiter';
  return permits.held >= permits.limit ? 'register' : 'workers';
}

/** Undefined when it cannot be known: nothing was counted, or nothing moves. */
export function doneAtOf(
  { due, claimed, run }: Pick<StreamProgress, 'due' | 'claimed' | 'run'>,
  now: Date,
): Date | undefined {
  if (run === undefined || due === undefined || run.perSecond10m <= 0) return undefined;
  return new Date(now.getTime() + ((due.due + claimed) / run.perSecond10m) * 1000);
}
