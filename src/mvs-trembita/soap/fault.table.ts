/** How a fault is told from its code; codes are compared in small letters without underscores. */
interface FaultRow {
  readonly error: 'fault_configuration' | 'fault_client' | 'fault_server';
  /** `last` is what stands after the last dot, `first` what stands before the first. */
  readonly part: 'last' | 'first';
  readonly is: readonly string[];
  readonly startsWith?: readonly string[];
}

/**
 * Rows in the order in which they decide: what failed says more than who failed. A code that no
 * row knows is the fault of the other side.
 */
export const FAULTS = [
  {
    error: 'fault_configuration',
    part: 'last',
    is: [
      'accessdenied',
      'servicedisabled',
      'unknownservice',
      'unknownmember',
      'invalidclientidentifier',
      'sslauthenticationfailed',
      'cannotsign',
    ],
    startsWith: ['token', 'key', 'cert'],
  },
  { error: 'fault_client', part: 'first', is: ['client', 'sender'] },
  { error: 'fault_server', part: 'first', is: ['server', 'receiver'] },
] as const satisfies readonly FaultRow[];
