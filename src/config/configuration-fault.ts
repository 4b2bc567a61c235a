/** One setting that cannot be used. The value is left out on purpose: it may be a password. */
export interface Fault {
  name: string;
  /** Continues the name: "must be a port, for example 3000". */
  says: string;
}

/** EX_CONFIG of sysexits.h. */
const CONFIGURATION_EXIT_STATUS = 78;

/** The program cannot start because of its settings. It carries all faults, so that one attempt shows them all. */
export class ConfigurationFault extends Error {
  readonly exitStatus = CONFIGURATION_EXIT_STATUS;

  constructor(readonly faults: readonly Fault[]) {
    super(faults.map(({ name, says }) => `${name} ${says}`).join('\n'));
    this.name = 'ConfigurationFault';
  }
}
