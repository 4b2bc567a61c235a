import type { StopSignals } from '../jobs';

/** The exit statuses of commands. */
export const ExitStatus = {
  Done: 0,
  Failed: 1,
  AlreadyRunning: 2,
  Paused: 3,
  /** EX_USAGE of `sysexits.h`. */
  WrongUsage: 64,
  /** EX_CONFIG of `sysexits.h`. */
  Configuration: 78,
  /** 128 and the number of the signal, as in shells. */
  Interrupted: 130,
  Terminated: 143,
} as const;

/** Stops a run on a signal: nothing new is taken, and after the grace time nothing is waited for. */
export class StopOnSignal {
  private readonly stop = new AbortController();
  private readonly abort = new AbortController();
  readonly signals: StopSignals = { stop: this.stop.signal, abort: this.abort.signal };
  exitStatus: number | undefined;

  constructor(private readonly graceMs: number) {
    // Not `once`: an impatient second signal would end the process before it has released what it holds.
    process.on('SIGINT', () => this.end(ExitStatus.Interrupted));
    process.on('SIGTERM', () => this.end(ExitStatus.Terminated));
  }

  private end(exitStatus: number): void {
    this.exitStatus ??= exitStatus;
    this.stop.abort();
    setTimeout(() => this.abort.abort(), this.graceMs).unref();
  }
}
