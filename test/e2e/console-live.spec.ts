import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SCOPES } from '../../src/domain/access/access.rules';
import { aCaller } from '../support/builders';
import { askConsole } from '../support/console-client';
import { CONSOLE_PAGES } from '../support/console-pages';
import { ChildProgram } from '../support/program';
import { saveThere } from '../support/guarded-calls';
import { TestEnvironment } from '../support/test-environment';

const env = TestEnvironment.forThisFile();

/** Each live part is watched by two. */
const STREAMS = 10;

/** The first part that a stream sends. */
async function firstPart(
  answer: Response,
): Promise<{ readonly text: string; readonly rest: Promise<boolean> }> {
  const reader = answer.body?.getReader();
  if (reader === undefined) throw new Error('The stream has no body.');
  const { value } = await reader.read();
  const rest = (async () => {
    for (;;) if ((await reader.read()).done) return true;
  })();
  return { text: new TextDecoder().decode(value), rest };
}

const LIVE = CONSOLE_PAGES.filter(({ isLive }) => isLive);

describe('A live part', () => {
  it('of something that does not exist is refused', async () => {
    const session = await aCaller().withScope(SCOPES.join(' ')).save(env.sql);
    for (const { path, route } of LIVE.filter((part) => part.route.includes('/:'))) {
      const nobody = path({ personId: randomUUID(), relationshipId: randomUUID(), runId: randomUUID() });
      expect([route, (await askConsole(env, nobody, { session })).status]).toEqual([route, 404]);
    }
  });
});

describe('SIGTERM', () => {
  it('ends a process with ten live streams open: each stream ends, and everything is closed in order', async () => {
    const there = await saveThere(env.sql);
    const paths = Array.from({ length: STREAMS }, (_, n) => LIVE[n % LIVE.length]?.path(there) ?? '');
    expect(new Set(paths).size).toBe(LIVE.length);
    const session = await aCaller().withScope(SCOPES.join(' ')).save(env.sql);
    const program = await ChildProgram.start(env.servers);
    try {
      const answers = await Promise.all(
        paths.map((path) =>
          fetch(`${program.addresses.publicUrl}${path}`, {
            headers: {
              accept: 'text/event-stream',
              'hx-request': 'true',
              cookie: `__Host-console=${session}`,
            },
          }),
        ),
      );
      for (const { status, headers } of answers)
        expect([status, headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
      const streams = await Promise.all(answers.map(firstPart));
      for (const { text } of streams) expect(text).toMatch(/^data: /);
      // A listener that waits hangs up after five seconds; a stream that is cut off like that ends in an error here.
      expect(await program.end()).toBe(0);
      expect(program.logged.join('\n')).not.toContain('The process ended before it was closed');
      expect(await Promise.all(streams.map(({ rest }) => rest))).toEqual(Array(STREAMS).fill(true));
    } finally {
      await program.kill();
    }
  });
});
