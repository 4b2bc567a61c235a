import { afterEach, describe, expect, it } from 'vitest';
import { freshDatabase } from '../support/database';
import { asAdmin } from '../support/sql-session';
import { startDemo, type StartedDemo } from './start-demo';

/** Servers, program, run and sign-up take fifteen seconds on an idle machine, and minutes on a slow one with others beside it. */
const WHOLE_DEMO_MS = 480_000;
const SIGNED_UP = 'Both were signed up as the rules say.';

let running: StartedDemo | undefined;

function demo(variables: Record<string, string>): StartedDemo['ended'] {
  running = startDemo([], variables);
  return running.ended;
}

afterEach(async () => {
  running?.kill('SIGKILL');
  await running?.ended;
});

async function setFullCapacityAge(adminUrl: string, years: number): Promise<void> {
  await asAdmin(
    adminUrl,
    `UPDATE prm.global_parameters SET value = '${years}' WHERE parameter = 'person_full_legal_capacity_age'`,
  );
}

describe('The sign-up that npm run demo shows', () => {
  it(
    'ends the demo with 1 when the outcome breaks the rules, and the next demo removes its patients',
    async () => {
      const database = await freshDatabase();
      const env = { DATABASE_URL: database.adminUrl };
      await setFullCapacityAge(database.adminUrl, 21);
      const wrong = await demo(env);
      await setFullCapacityAge(database.adminUrl, 18);
      const right = await demo(env);
      await database.drop();
      expect(wrong.status).toBe(1);
      // Wrapped lines are joined again.
      expect(wrong.out.replace(/\n {10,}/g, ' ')).toMatch(
        /^ +relationship +PRIMARY, .* to (\d{4})-.* WRONG, expected: .* to (?!\1)\d{4}-/m,
      );
      expect(wrong.out).toContain('The sign-up did not do what the rules say.');
      expect(wrong.out).not.toContain(SIGNED_UP);
      expect([right.status, right.out]).toEqual([0, expect.stringContaining(SIGNED_UP)]);
      expect(right.out).toContain('Kupyna-256');
    },
    2 * WHOLE_DEMO_MS,
  );

  it(
    'ends the demo with 1 and the message of the refusal when a step is refused',
    async () => {
      const { status, out, err } = await demo({ SIGN_UP_REQUESTS_PER_MINUTE: '1' });
      expect([status, err]).toEqual([1, expect.stringContaining('was answered with 429: Too many requests')]);
      expect(out).not.toContain(SIGNED_UP);
    },
    WHOLE_DEMO_MS,
  );
});
