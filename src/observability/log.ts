import pino, { type DestinationStream, type Level, type Logger } from 'pino';
import { AsyncLocalStorage } from 'node:async_hooks';
import { Inject, Injectable, Optional } from '@nestjs/common';
import { SETTINGS } from '../config/settings.module';
import type { Settings } from '../config/settings.schema';
import { describeError } from './error-description';
import { keepAllowedFields, type LogFields } from './log-fields';

const CURRENT = new AsyncLocalStorage<string>();

let active = 0;

/**
 * Calls `run` for a request: every log line written meanwhile has the request id. Returns a function to call once when
 * the request is over. While a request is tracked, each promise of the process costs twice as much, and a worker makes
 * dozens for every call to the register; one scrape of its metrics must not slow it down for good.
 */
export function onBehalfOf(requestId: string, run: () => void): () => void {
  active += 1;
  CURRENT.run(requestId, run);
  return () => {
    active -= 1;
    if (active === 0) CURRENT.disable();
  };
}

/** Id of the request that this code works for, if any. */
export function currentRequestId(): string | undefined {
  return CURRENT.getStore();
}

/**
 * A sentence that is known when the code is compiled. The compiler refuses a template with a value in it, whose type is
 * `string`: values go into the fields, where the allow-list applies.
 */
export type Sentence<S extends string> = string extends S ? never : S;

/** Not provided in production: lines go to standard error. */
const LOG_DESTINATION = Symbol('LOG_DESTINATION');

/** The log of the program: JSON lines on standard error, fields by allow-list, errors only as described. */
@Injectable()
export class Log {
  private readonly lines: Logger;

  constructor(
    @Inject(SETTINGS) settings: Pick<Settings, 'LOG_LEVEL'>,
    @Optional() @Inject(LOG_DESTINATION) destination: DestinationStream = standardError(),
  ) {
    this.lines = pino(
      {
        level: settings.LOG_LEVEL,
        // The default would add the host's name to every line.
        base: { pid: process.pid },
        messageKey: 'message',
        timestamp: pino.stdTimeFunctions.isoTime,
        mixin: () => ({ request_id: currentRequestId() }),
        mixinMergeStrategy: (fields, mixin) => ({ ...mixin, ...fields }),
        formatters: { level: (label) => ({ level: label }), log: keepAllowedFields },
      },
      destination,
    );
  }

  debug<const S extends string>(sentence: Sentence<S>, fields: LogFields = {}): void {
    this.write('debug', sentence, fields);
  }

  info<const S extends string>(sentence: Sentence<S>, fields: LogFields = {}): void {
    this.write('info', sentence, fields);
  }

  warn<const S extends string>(sentence: Sentence<S>, fields: LogFields = {}): void {
    this.write('warn', sentence, fields);
  }

  /** Something failed, and an operator must look at it. */
  error<const S extends string>(sentence: Sentence<S>, error: unknown, fields: LogFields = {}): void {
    this.write('error', sentence, { ...fields, error: describeError(error) });
  }

  /** The last line before the process ends. */
  fatal<const S extends string>(sentence: Sentence<S>, error: unknown, fields: LogFields = {}): void {
    this.write('fatal', sentence, { ...fields, error: describeError(error) });
  }

  private write(level: Level, sentence: string, fields: LogFields): void {
    this.lines[level](fields, sentence);
  }
}

/** Standard output is for results, so logs go to file descriptor 2; synchronously, or a crash would lose lines. */
function standardError(): DestinationStream {
  return pino.destination({ dest: 2, sync: true });
}

/** The same status as that of a FAILED run; the log says which it was. */
const FAILED = 1;

/**
 * Logs errors that nothing caught, and ends the process, whose state is unknown. Node itself would print message and
 * stack, which may quote anything. Leases make the end harmless.
 */
export function logUncaughtErrors(log: Log): void {
  process.on('uncaughtException', (error) => {
    log.fatal('Uncaught error, the process ends', error, { exit_status: FAILED });
    process.exit(FAILED);
  });
  process.on('unhandledRejection', (reason) => {
    log.fatal('Unhandled rejection, the process ends', reason, { exit_status: FAILED });
    process.exit(FAILED);
  });
}
