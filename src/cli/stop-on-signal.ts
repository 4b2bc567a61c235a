import type { HelpSignals } from '../jobs';
import { ExitStatus } from './exit-status';

/** Ends a run by hand on a signal: nothing new is taken, and after the grace time nothing is waited for. */
export class StopOnSignal {
  private readonly stop = new AbortController();
  private readonly abort = new AbortController();
  readonly signals: HelpSignals = { stop: this.stop.signal, abort: this.abort.signal };
  exitStatus: number | undefined;

  constructor(private readonly graceMs: number) {
    // Not `once`: an impatient second signal would end the process before it has given back what it holds.
    process.on('SIGINT', () => this.end(ExitStatus.Interrupted));
    process.on('SIGTERM', () => this.end(ExitStatus.Terminated));
  }

  private end(exitStatus: number): void {
    this.exitStatus ??= exitStatus;
    this.stop.abort();
    setTimeout(() => this.abort.abort(), this.graceMs).unref();
  }
}
