import type { Log } from './log';

/** An unexpected end, told apart from a FAILED run only by the log. */
const FAILED = 1;

/**
 * Errors that nobody caught. Node would print their message and stack, which may quote anything; so they go
 * through the allow-list, and then the process ends: its state is unknown. Leases make the end harmless.
 */
export function watchForStrayErrors(log: Log): void {
  process.on('uncaughtException', (error) => {
    log.fatal('An error was caught by nobody', error, { exit_status: FAILED });
    process.exit(FAILED);
  });
  process.on('unhandledRejection', (reason) => {
    log.fatal('A rejection was handled by nobody', reason, { exit_status: FAILED });
    process.exit(FAILED);
  });
}
