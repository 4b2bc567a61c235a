import type { Measured } from './goal';
import { IN_FLIGHT_PER_CORE, runRegistrations } from './registrations';
import { BOTH, INSERTS, oneAfterTheOther, registrationFigures, SIGNATURE } from './s1-registrations';
import type { BenchEnvironment } from './environment';
import type { Terms } from './terms';

/** Three figures of one measurement. */
export async function measureRegistrations(environment: BenchEnvironment, terms: Terms): Promise<Measured> {
  const measured = await runRegistrations(environment, terms);
  const inFlight = IN_FLIGHT_PER_CORE * environment.cores;
  return {
    figures: registrationFigures(measured),
    references: [
      { symbol: SIGNATURE, unit: 'checks/s', values: measured.checks },
      { symbol: INSERTS, unit: 'registrations/s', values: measured.inserts },
      { symbol: BOTH, unit: 'registrations/s', values: oneAfterTheOther(measured) },
    ],
    notes: [
      `S1: the second call (register) over HTTP, ${inFlight} at once; contents signed (ECDSA) and sessions made beforehand. ` +
        `Every child is a different one with their own confidant, among ${terms.worldPersons} persons.`,
      `S1a: the same containers in as many threads of the same kind, without HTTP and database.`,
      `S1b: the rows of the same registrations, a transaction each, a statement per table, by ${inFlight} clients. ` +
        'The bare side looks for nobody and keeps no signed content.',
    ],
  };
}
