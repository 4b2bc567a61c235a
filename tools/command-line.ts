import { ExitStatus } from '../src/cli/command';

/** A wrong argument. The message says what is wrong and does not repeat it: it may be a secret or personal data. */
export class WrongUsage extends Error {}

/** Ends the process with a sentence on standard error. */
export function end(status: number, sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(status);
}

/** What `read` makes of the arguments of this process. It ends the process with the usage if one of them is wrong. */
export function argumentsOrExit<Wanted>(read: (args: string[]) => Wanted, usage: string): Wanted {
  try {
    return read(process.argv.slice(2));
  } catch (error) {
    // parseArgs repeats what was typed, so its own message is not shown.
    const why =
      error instanceof WrongUsage ? error.message : 'an argument is unknown, or an option lacks its value';
    return end(ExitStatus.WrongUsage, `${why}\n\n${usage}`);
  }
}
