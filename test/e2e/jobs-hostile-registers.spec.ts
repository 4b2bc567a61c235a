import { describe, expect, it } from 'vitest';
import type { AnswerName } from '../../tools/sandbox';
import { aPerson, lockOf, savePersons, verificationOf } from '../support/builders';
import { TestEnvironment } from '../support/test-environment';

const MIB = 1_048_576;
/** Ten answers of 10 GB each, taken in whole, would not fit; ours and the sandbox's buffers do. */
const MEMORY_BYTES = 200 * MIB;

/** The sandbox unpacks its bombs in this very process, and the answers beside them have to be in time. */
const env = TestEnvironment.forThisFile({ TREMBITA_TIMEOUT_MS: '4000', SHUTDOWN_GRACE_SECONDS: '10' });

/** The most memory the process had while something was done, above what it had before. */
async function growthDuring<Result>(work: () => Promise<Result>): Promise<{ result: Result; bytes: number }> {
  const before = process.memoryUsage().rss;
  let most = before;
  const timer = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 10);
  try {
    return { result: await work(), bytes: most - before };
  } finally {
    clearInterval(timer);
  }
}

describe('S9: a register that', () => {
  it.each([
    ['hangs', 'HANG', ['timeout']],
    ['hangs after the header of its answer', 'HANG_AFTER_HEADERS', ['timeout']],
    ['sends one byte every half second', 'DRIP', ['timeout']],
    ['closes before the first byte', 'CLOSED', ['connection']],
    ['resets the connection', 'RESET', ['connection']],
    ['closes in the middle of the body', 'CLOSED_MID_BODY', ['connection']],
    ['sends headers without end', 'ENDLESS_HEADERS', ['connection', 'too_large']],
    ['answers 10 GB', 'HUGE', ['too_large']],
    ['answers a gzip bomb', 'GZIP_BOMB', ['too_large', 'unreadable_answer']],
  ] satisfies [string, AnswerName, string[]][])(
    '%s costs one call each, leaves the persons as before, and the run goes on',
    async (_what, answer, kinds) => {
      const bad = Array.from({ length: 10 }, () => aPerson().withPassport(env.passport(answer)));
      const good = Array.from({ length: 10 }, () => aPerson().withPassport(env.passport('NOT_FOUND')));
      const persons = await savePersons(env.sql, [...bad, ...good]);
      const { result: run, bytes } = await growthDuring(() => env.run());
      expect(run.status).toBe('FINISHED');
      expect(run.counts).toMatchObject({ taken: 20, verified: 10 });
      const errors = Object.entries(run.counts).filter(([counter]) =>
        counter.startsWith('technical_errors.'),
      );
      expect(errors.map(([, n]) => n)).toEqual([10]);
      expect(kinds.map((kind) => `technical_errors.${kind}`)).toContain(errors[0]?.[0]);
      for (const person of persons.slice(0, 10)) {
        expect(await verificationOf(env.sql, person)).toMatchObject({
          dms_passport_verification_status: 'VERIFICATION_NEEDED',
          dms_passport_verification_reason: 'ONLINE_TRIGGERED',
          dms_passport_data_status: null,
        });
        expect(await lockOf(env.sql, person, 'dms_passport')).toMatchObject({ attempts: 1, claim_id: null });
      }
      expect(bytes).toBeLessThan(MEMORY_BYTES);
    },
  );
});
