import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { MODES, ANSWER_NAMES } from './answer-choice';
import { BodyTooLong, readBody } from './soap-endpoint';
import type { Sandbox } from './sandbox';
import { SANDBOX_HEADERS } from './answer-sender';

const HOLD = z.union([
  z.boolean(),
  z.strictObject({ key: z.string().optional(), next: z.int().positive().optional() }),
]);

const CONTROL = z.strictObject({
  mode: z.enum(MODES).optional(),
  latencyMs: z.number().min(0).max(3_600_000).optional(),
  failureRate: z.number().min(0).max(1).optional(),
  hold: HOLD.optional(),
  answerUpTo: z.int().min(0).nullable().optional(),
});

const REGISTER = z.strictObject({
  found: z.array(z.string()).optional(),
  notFound: z.array(z.string()).optional(),
  answers: z.record(z.string(), z.enum(ANSWER_NAMES)).optional(),
});

const WHOLE = z.coerce.number().int().min(0).default(0);
const REQUESTS = z.object({ since: WHOLE, wait: WHOLE });

/** A drill may mark every passport of its persons at once. */
const LONGEST_CONTROL_BYTES = 16 * 1024 * 1024;

type Reply = { status: number; json: unknown } | { status: number; lines: readonly unknown[] };

/** A control route; `input` is its JSON body, or the query of a GET. */
type Route = (sandbox: Sandbox, input: unknown) => Reply | Promise<Reply>;

const ROUTES: Readonly<Record<string, Route>> = {
  'GET /requests': async (sandbox, input) => {
    const { since, wait } = REQUESTS.parse(input);
    if (wait > 0) await sandbox.waitForRequests(wait);
    return { status: 200, lines: sandbox.requests(since) };
  },
  'DELETE /requests': (sandbox) => {
    sandbox.forgetRequests();
    return { status: 200, json: { requests: sandbox.requestCount } };
  },
  'GET /control': (sandbox) => ({ status: 200, json: sandbox.behaviour }),
  'POST /control': (sandbox, input) => {
    const wanted = CONTROL.parse(input);
    if (wanted.latencyMs !== undefined) sandbox.latency(wanted.latencyMs);
    if (wanted.failureRate !== undefined) sandbox.failureRate(wanted.failureRate);
    if (wanted.hold === false) sandbox.release();
    else if (wanted.hold !== undefined) sandbox.hold(wanted.hold === true ? {} : wanted.hold);
    if (wanted.answerUpTo !== undefined) sandbox.answerUpTo(wanted.answerUpTo);
    if (wanted.mode !== undefined) sandbox.mode(wanted.mode);
    return { status: 200, json: sandbox.behaviour };
  },
  'PUT /register': (sandbox, input) => {
    const { found = [], notFound = [], answers = {} } = REGISTER.parse(input);
    for (const key of found) sandbox.answer(key, 'FOUND');
    for (const key of notFound) sandbox.answer(key, 'NOT_FOUND');
    for (const [key, answer] of Object.entries(answers)) sandbox.answer(key, answer);
    const marked = found.length + notFound.length + Object.keys(answers).length;
    return { status: 200, json: { marked } };
  },
  'DELETE /register': (sandbox) => {
    sandbox.forgetAnswers();
    return { status: 200, json: { marked: 0 } };
  },
};

const PATHS = new Set(Object.keys(ROUTES).map((route) => route.split(' ')[1]));

/** Whether a request is for the control API; every other path is SOAP. */
export function isControl(incoming: IncomingMessage): boolean {
  const path = incoming.url?.split('?', 1)[0] ?? '';
  return PATHS.has(path);
}

/** Serves the control API, by which another process observes and changes the sandbox. */
export function answerControl(sandbox: Sandbox, incoming: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://sandbox');
  const route = ROUTES[`${incoming.method} ${pathname}`];
  const answer = async (body: Buffer | BodyTooLong) => {
    if (!route) return reply(response, refusal(405, 'this route does not have that method'));
    if (body instanceof BodyTooLong) return reply(response, refusal(413, 'the body is too long'));
    const input = incoming.method === 'GET' ? Object.fromEntries(searchParams) : parseJson(body);
    reply(response, await runRoute(route, sandbox, input));
  };
  readBody(incoming, (body) => void answer(body), LONGEST_CONTROL_BYTES);
}

async function runRoute(route: Route, sandbox: Sandbox, input: unknown): Promise<Reply> {
  try {
    return await route(sandbox, input);
  } catch (error) {
    if (!(error instanceof z.ZodError)) return refusal(500, 'the sandbox failed');
    const faults = error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`);
    return refusal(400, faults.join('; '));
  }
}

function refusal(status: number, sentence: string): Reply {
  return { status, json: { error: sentence } };
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8') || '{}');
  } catch {
    // The schema of the route refuses undefined.
    return undefined;
  }
}

function reply(response: ServerResponse, answer: Reply): void {
  const isLines = 'lines' in answer;
  const content = isLines
    ? answer.lines.map((line) => `${JSON.stringify(line)}\n`).join('')
    : `${JSON.stringify(answer.json)}\n`;
  const contentType = isLines ? 'application/x-ndjson' : 'application/json';
  response.writeHead(answer.status, { ...SANDBOX_HEADERS, 'content-type': contentType });
  response.end(content);
}
