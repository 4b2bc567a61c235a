/** How a command ends, as its caller sees it. */
export const ExitStatus = {
  Done: 0,
  Failed: 1,
  AlreadyRunning: 2,
  /** The number that `sysexits.h` gives to wrong usage. */
  WrongUsage: 64,
  /** The number that `sysexits.h` gives to a configuration fault. */
  Configuration: 78,
  /** 128 and the number of the signal, as shells tell it. */
  Interrupted: 130,
  Terminated: 143,
} as const;
