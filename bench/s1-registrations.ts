import type { Figure } from './goal';
import type { Registrations } from './registrations';
import { median, ratios } from './statistics';

/** Symbols of what registrations are divided by. */
export const SIGNATURE = 'signature';
export const INSERTS = 'inserts';
export const BOTH = 'signature + inserts';

/**
 * Registrations against what none can do without: the check of a signature, and the rows. Nobody has detail what they
 * must be; they are printed so that a change for the worse is seen.
 */
export function registrationFigures(measured: Registrations): Figure[] {
  const { registrations, checks, inserts, statements } = measured;
  const rate = `${median(registrations).toFixed(1)} registrations/s`;
  const figure = (id: string, reference: string, bound: readonly number[]): Figure => ({
    goal: { id, what: 'registrations', unit: `× ${reference}` },
    reference,
    rounds: ratios(registrations, bound),
    detail: `${rate}, bare ${median(bound).toFixed(1)}/s`,
  });
  const both = figure('S1', BOTH, oneAfterTheOther(measured));
  return [
    { ...both, detail: `${both.detail}, ${median(statements).toFixed(1)} SQL statements each` },
    figure('S1a', SIGNATURE, checks),
    figure('S1b', INSERTS, inserts),
  ];
}

/** The rate of somebody who checks a signature and then inserts the rows, with nothing in between. */
export function oneAfterTheOther({ checks, inserts }: Registrations): number[] {
  return checks.map((check, round) => 1 / (1 / check + 1 / (inserts[round] ?? NaN)));
}
