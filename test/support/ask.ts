import type { OpenApiDocument } from '../../src/http';
import { AnswerCheck } from './answer-check';
import { noteFault } from './heard-answers';

/** By where the program is. All are the same program, but each serves its own description. */
const CHECKS = new Map<string, Promise<AnswerCheck>>();

async function checkOf(origin: string): Promise<AnswerCheck> {
  const answer = await fetch(`${origin}/docs/openapi.json`);
  return new AnswerCheck((await answer.json()) as OpenApiDocument);
}

/**
 * Asks as `fetch` does, a program in a process of its own: its answers are not heard here, so they are held against the
 * description it serves as they come.
 */
export async function ask(url: string, init: RequestInit = {}): Promise<Response> {
  const { origin, pathname } = new URL(url);
  const made = CHECKS.get(origin) ?? checkOf(origin);
  CHECKS.set(origin, made);
  // Before the call: afterwards the program may be gone.
  const check = await made;
  const answer = await fetch(url, init);
  const fault = check.faultOf({
    method: init.method ?? 'GET',
    url: pathname,
    status: answer.status,
    header: (name) => answer.headers.get(name) ?? undefined,
    text: await answer.clone().text(),
  });
  if (fault !== undefined) noteFault(fault);
  return answer;
}
