import { afterAll, afterEach } from 'vitest';
import { forgetDescriptions } from './http-client';
import { takeFaults } from './openapi-check';

/** A test during which the program answered otherwise than `/docs` describes has failed, whatever it looked at itself. */
function failOnFaults(): void {
  const faults = takeFaults();
  if (faults.length > 0)
    throw new Error(`Answers depart from the description of the calls:\n${[...new Set(faults)].join('\n')}`);
}

afterEach(failOnFaults);
// Also what was answered before the first test and after the last.
afterAll(failOnFaults);
afterAll(forgetDescriptions);
