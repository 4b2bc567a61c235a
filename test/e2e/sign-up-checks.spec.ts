import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RefusedCalls, rowCountsOf, SESSION_SECRET, SignUpFixture } from '../support/sign-up-fixture';
import { SignUpAttempt, type Step, checksOf, type SignUpCheck } from '../support/sign-up-checks';

let fixture: SignUpFixture;

beforeAll(async () => {
  fixture = await SignUpFixture.start({ PIS_SESSION_SECRET: SESSION_SECRET });
  // One ward more than one is too many, so that nobody has to be given a hundred and fifty.
  await fixture.env.sql.run(
    `UPDATE prm.global_parameters SET value = '1' WHERE parameter = 'third_person_limit'`,
  );
});
afterAll(() => fixture.stop());

const refused = new RefusedCalls(() => fixture);
const STEPS: readonly (readonly [name: string, step: Step])[] = [
  ['step 1', 'validate'],
  ['step 2', 'register'],
];

/** Every check with every later one that the same request can fail too; neighbours are among them. */
function pairsOf(checks: readonly SignUpCheck[]): [earlier: SignUpCheck, later: SignUpCheck][] {
  return checks.flatMap((earlier, place) =>
    checks
      .slice(place + 1)
      .filter(({ touches }) => !touches.some((part) => earlier.touches.includes(part)))
      .map((later): [SignUpCheck, SignUpCheck] => [earlier, later]),
  );
}

async function answerTo(step: Step, ...broken: readonly SignUpCheck[]) {
  const attempt = new SignUpAttempt(fixture);
  for (const { breaks } of broken) breaks(attempt);
  return refused.run(await attempt.prepare(step));
}

describe.each(STEPS)('The checks of %s', (_, step) => {
  it('let a sign-up pass that fails none of them', async () => {
    const call = await new SignUpAttempt(fixture).prepare(step);
    const answer = await call();
    expect(answer.body.error).toBeUndefined();
    expect(answer.status).toBe(step === 'validate' ? 200 : 201);
  });

  it.each(checksOf(step).map((check) => [check.row, check] as const))('%s', async (_row, check) => {
    expect(await answerTo(step, check)).toEqual(check.reported);
  });

  it.each(
    pairsOf(checksOf(step)).map(([earlier, later]) => [earlier.row, later.row, { earlier, later }] as const),
  )('%s; that is reported before %s', async (_earlier, _later, { earlier, later }) => {
    expect(await answerTo(step, later, earlier)).toEqual(earlier.reported);
  });

  it('row 1: all missing properties are reported at once', async () => {
    const call = step === 'validate' ? () => fixture.validate({}) : () => fixture.register({});
    const names = ['signed_content', 'signed_content_encoding', ...(step === 'register' ? ['jwt'] : [])];
    expect(await refused.run(call)).toMatchObject({
      status: 422,
      type: 'validation_failed',
      fields: names.map((name) => [`$.${name}`, 'required', `required property ${name} was not present`]),
    });
  });

  it('row 12: of two refused consents the first is reported', async () => {
    const attempt = new SignUpAttempt(fixture);
    attempt.change((content) =>
      content.with('patient_signed', false).with('process_disclosure_data_consent', false),
    );
    expect(await refused.run(await attempt.prepare(step))).toMatchObject({
      status: 422,
      message: 'expected true but got false for attribute patient_signed',
    });
  });
});

describe('Step 1', () => {
  it('writes nothing when all goes well either', async () => {
    const call = await new SignUpAttempt(fixture).prepare('validate');
    const before = await rowCountsOf(fixture);
    expect((await call()).status).toBe(200);
    expect(await rowCountsOf(fixture)).toEqual(before);
  });
});
