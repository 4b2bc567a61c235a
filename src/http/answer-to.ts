import { HttpException } from '@nestjs/common';
import { Refusal } from '../domain/refusal';
import { describeError } from '../observability';
import { invalidFields, type AnsweredError } from './envelope';
import { REFUSAL_ANSWERS, STATUS_ANSWERS } from './refusal-answers.table';

/** What is answered to an error. */
export interface Answer {
  readonly status: number;
  readonly error: AnsweredError;
  readonly retryAfterSeconds?: number;
}

/** The server we need is away, or refuses more connections: trying again later makes sense, so it is a 503. */
const SERVER_AWAY = /^(?:ECONN\w+|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_AGAIN|08\w{3}|53300|57P0[1-3])$/;

function answerToRefusal(refusal: Refusal): Answer {
  const { status, type } = REFUSAL_ANSWERS[refusal.code];
  const { faults, retryAfterSeconds } = refusal.details;
  const invalid = faults && faults.length > 0 ? { invalid: invalidFields(faults) } : {};
  const error = { type, message: refusal.message, ...invalid };
  return retryAfterSeconds === undefined ? { status, error } : { status, error, retryAfterSeconds };
}

function answerWithStatus(status: number): Answer {
  const row = STATUS_ANSWERS[status];
  if (row) return { status, error: row };
  return { status: 500, error: { type: 'internal_error', message: 'Internal error' } };
}

/** The body reader marks its errors with a status and says by `expose` that the client is to blame. */
function statusOfBodyError(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  const { status, expose } = error as { status?: unknown; expose?: unknown };
  return expose === true && typeof status === 'number' ? status : undefined;
}

function isServerAway(error: unknown): boolean {
  const { code, causeCode } = describeError(error);
  return [code, causeCode].some((each) => each !== undefined && SERVER_AWAY.test(each));
}

/** Refusals are told as they are; of everything unexpected nothing is told. */
export function answerTo(error: unknown): Answer {
  if (error instanceof Refusal) return answerToRefusal(error);
  if (error instanceof HttpException) return answerWithStatus(error.getStatus());
  return answerWithStatus(statusOfBodyError(error) ?? (isServerAway(error) ? 503 : 500));
}
