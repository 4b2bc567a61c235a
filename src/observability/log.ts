import pino, { type DestinationStream, type Level, type Logger } from 'pino';
import type { Settings } from '../config/env';
import { describeError } from './describe-error';
import { keepAllowedFields, type LogFields } from './keep-allowed-fields';
import { currentRequestId } from './request-context';

/**
 * A sentence known when the code is compiled. A template with a value in it has the type `string` and is
 * refused by the compiler: values go into the fields, where the allow-list stands.
 */
export type Sentence<S extends string> = string extends S ? never : S;

/** The log of the program: JSON lines, fields by allow-list, errors only as described. */
export class Log {
  constructor(private readonly lines: Logger) {}

  debug<const S extends string>(sentence: Sentence<S>, fields: LogFields = {}): void {
    this.write('debug', sentence, fields);
  }

  info<const S extends string>(sentence: Sentence<S>, fields: LogFields = {}): void {
    this.write('info', sentence, fields);
  }

  warn<const S extends string>(sentence: Sentence<S>, fields: LogFields = {}): void {
    this.write('warn', sentence, fields);
  }

  /** Something went wrong that somebody must look at. */
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

/** Standard output carries only results, so logs go to file descriptor 2; synchronously, or a crash eats them. */
const standardError = (): DestinationStream => pino.destination({ dest: 2, sync: true });

/** Opens the log of a process; tests pass a destination to read what was written. */
export function openLog(settings: Pick<Settings, 'LOG_LEVEL'>, destination = standardError()): Log {
  const lines = pino(
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
  return new Log(lines);
}
