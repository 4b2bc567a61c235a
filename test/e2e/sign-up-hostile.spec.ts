import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { complete, expectRefused, hostileJson, otherThan, pathsOf, valueAt } from '../support/hostile-values';
import {
  SESSION_SECRET,
  sessionClaims,
  sessionJwt,
  type Answer,
  type MadeUpApplicant,
  type SignUpBody,
  SignUpFixture,
} from '../support/sign-up-fixture';
import { entryOf } from '../support/request-errors';
import { aSignUpContent } from '../support/sign-up-content';
import type { SignUpContent } from '../../src/domain/person/person-request';

let fixture: SignUpFixture;
let applicant: MadeUpApplicant;
let good: SignUpBody;

beforeAll(async () => {
  fixture = await SignUpFixture.start({ PIS_SESSION_SECRET: SESSION_SECRET });
  applicant = await fixture.applicant();
  good = fixture.sign(fixture.contentBy(applicant), applicant);
});
afterAll(async () => {
  // After all that, an honest one is served.
  expect((await fixture.signUp(good)).status).toBe(201);
  await fixture.stop();
});

/** Each case is two requests, with a signature each; a machine that is busy needs half a second for it. */
const CASES = { numRuns: 60 };

const full = complete(aSignUpContent()).build();
const PATHS = pathsOf(full);
const OBJECTS = PATHS.filter(
  (path) => Object.prototype.toString.call(valueAt(full, path)) === '[object Object]',
);
const TEXTS = PATHS.filter((path) => typeof valueAt(full, path) === 'string');

const entriesOf = ({ body }: Answer): string[] => (body.error?.invalid ?? []).map(({ entry }) => entry);

/** Signed by a good applicant, asked by both calls, of which the second has a good session. */
async function answersTo(content: SignUpContent | string | Uint8Array): Promise<[Answer, Answer]> {
  const signed = fixture.sign(content, applicant);
  const jwt = await sessionJwt(sessionClaims(signed.signed_content));
  const answers: [Answer, Answer] = [
    await fixture.validate(signed),
    await fixture.register({ ...signed, jwt }),
  ];
  for (const answer of answers) expectRefused(answer);
  return answers;
}

/** The longest signed content that is read (docs/sign-up.md). */
const LONGEST_CONTENT_BYTES = 256 * 1024;

/** So many openings of brackets, and as many closings. */
function nested(opening: string, times: number): string {
  const closings: Readonly<Record<string, string>> = { '[': ']', '{': '}' };
  const closing = [...opening].reverse().map((sign) => closings[sign] ?? '');
  return `${opening.repeat(times)}1${closing.join('').repeat(times)}`;
}

describe('A body of any JSON', () => {
  it('is refused', () =>
    fc.assert(
      fc.asyncProperty(hostileJson, async (body) => {
        for (const answer of [
          await fixture.validate(JSON.stringify(body)),
          await fixture.register(JSON.stringify(body)),
        ])
          expectRefused(answer);
      }),
      CASES,
    ));

  it('in place of one of its properties is refused at that property', () => {
    const name = fc.constantFrom('signed_content', 'signed_content_encoding', 'jwt');
    return fc.assert(
      fc.asyncProperty(name, otherThan(''), async (property, value) => {
        const answer = await fixture.register({ ...good, jwt: 'none', [property]: value });
        expectRefused(answer);
        expect(entriesOf(answer)).toEqual([`$.${property}`]);
      }),
      CASES,
    );
  });

  it.each([
    ['__proto__', '$.*'],
    ['constructor', '$.constructor'],
    ['prototype', '$.prototype'],
    ['Маркерчук', '$.*'],
    ['МР770001', '$.*'],
  ])('with one more property named %s is refused for it', async (name, entry) => {
    const extra = `${JSON.stringify(name)}:{"signed_content":"${good.signed_content}","isAdmin":true}`;
    const answer = await fixture.validate(`{${extra},${JSON.stringify(good).slice(1)}`);
    expectRefused(answer);
    expect(entriesOf(answer)).toEqual([entry]);
    expect(Reflect.get({}, 'isAdmin')).toBeUndefined();
  });

  it('does not lend a missing property its prototype', async () => {
    const answer = await fixture.validate(`{"__proto__":${JSON.stringify(good)}}`);
    expect(entriesOf(answer)).toEqual(['$.signed_content', '$.signed_content_encoding', '$.*']);
  });

  it.each(['[', '{"signed_content":', '{"a":[', '[{"__proto__":'])(
    'that nests a hundred thousand times is refused: %s',
    async (opening) => {
      expectRefused(await fixture.validate(nested(opening, 100_000)));
      expectRefused(
        await fixture.validate(`${JSON.stringify(good).slice(0, -1)},"a":${nested(opening, 50_000)}}`),
      );
    },
  );
});

describe('A signed content', () => {
  it('of any JSON is refused', () =>
    fc.assert(
      fc.asyncProperty(hostileJson, async (content) => {
        await answersTo(JSON.stringify(content));
      }),
      CASES,
    ));

  it('of any bytes is no content', () =>
    fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        // The last one begins no character, whatever precedes it.
        for (const { body } of await answersTo(Uint8Array.of(...bytes, 0xff)))
          expect(body.error?.message).toBe('Invalid signed content');
      }),
      CASES,
    ));

  it('with a value of another type anywhere is refused there', () => {
    const fault = fc
      .constantFrom(...PATHS)
      .chain((path) => fc.tuple(fc.constant(path), otherThan(valueAt(full, path))));
    return fc.assert(
      fc.asyncProperty(fault, async ([path, value]) => {
        const content = complete(fixture.contentBy(applicant)).with(path, value).build();
        for (const answer of await answersTo(content)) expect(entriesOf(answer)).toContain(entryOf(path));
      }),
      CASES,
    );
  });

  it('with values of other types everywhere gets all of them reported at once', async () => {
    const content = TEXTS.reduce(
      (made, path) => made.with(path, { Маркерчук: 1 }),
      complete(aSignUpContent()),
    );
    for (const answer of await answersTo(content.build()))
      expect(entriesOf(answer).sort()).toEqual(TEXTS.map(entryOf).sort());
  });

  it.each(['__proto__', 'constructor', 'Маркерчук', 'МР770001'])(
    'with a property named %s in any of its objects is refused for it',
    async (name) => {
      for (const path of ['', ...OBJECTS]) {
        const at = path === '' ? name : `${path}.${name}`;
        const content = complete(fixture.contentBy(applicant)).with(at, {
          is_active: true,
          Позначка: 'МР770001',
        });
        const entry = `${path === '' ? '$' : entryOf(path)}.${name === 'constructor' ? name : '*'}`;
        for (const answer of await answersTo(content.build())) expect(entriesOf(answer)).toEqual([entry]);
      }
    },
  );

  it.each(['[', '{"person":', '{"person":{"documents":[', '{"__proto__":', '{"constructor":{"prototype":'])(
    'that nests as deep as its size allows is no content: %s',
    async (opening) => {
      const times = Math.min(40_000, Math.floor(LONGEST_CONTENT_BYTES / nested(opening, 1).length));
      for (const { body } of await answersTo(nested(opening, times)))
        expect(body.error?.message).toBe('Invalid signed content');
    },
  );

  it('that nests even deeper is too large', async () => {
    for (const { status, body } of await answersTo(nested('{"person":', 40_000))) {
      expect(status).toBe(413);
      expect(body.error?.message).toBe('Signed content must not be longer than 256 KiB');
    }
  });
});
