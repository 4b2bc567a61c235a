import type { IncomingMessage, ServerResponse } from 'node:http';
import { ChooseAnswer } from './choose-answer';
import { HoldAnswers } from './hold-answers';
import { BodyTooLong, readBody } from './read-body';
import { readRequest, RefusedRequest, type RegisterRequest } from './read-request';
import { RequestLog, type RequestRecord } from './request-log';
import type { Script } from './answers/script';
import { sendAnswer, sendRefusal } from './answers/send-answer';

/** How a sandbox behaves from its start; all of it can be changed while it runs but the seed. */
export interface Behaviour {
  readonly latencyMs: number;
  /** From 0 to 1. */
  readonly failureRate: number;
  readonly seed: string;
  /** How many requests are remembered. */
  readonly keepRequests: number;
}

/** The door for SOAP messages: reads one, remembers it, decides at once and answers when it is time. */
export class AnswerSoap {
  readonly log: RequestLog;
  readonly choice: ChooseAnswer;
  readonly holds = new HoldAnswers();
  latencyMs: number;
  private readonly unanswered = new Set<ServerResponse>();
  private previous: RegisterRequest | undefined;

  constructor(behaviour: Behaviour) {
    this.log = new RequestLog(behaviour.keepRequests);
    this.choice = new ChooseAnswer(behaviour.failureRate, behaviour.seed);
    this.latencyMs = behaviour.latencyMs;
  }

  run(incoming: IncomingMessage, response: ServerResponse): void {
    readBody(incoming, (body) => {
      if (body instanceof BodyTooLong) this.refuseTooLong(incoming, response);
      else this.receive(body, incoming.headers['content-type'] ?? '', response);
    });
  }

  /** Cuts every connection on which an answer is owed. */
  cutUnanswered(): void {
    for (const response of this.unanswered) response.socket?.destroy();
  }

  private refuseTooLong(incoming: IncomingMessage, response: ServerResponse): void {
    response.shouldKeepAlive = false;
    response.once('finish', () => incoming.destroy());
    sendRefusal(response, { soap: '1.2', code: 'Client.InvalidRequest', httpStatus: 413 });
  }

  private receive(body: Buffer, contentType: string, response: ServerResponse): void {
    const request = readOrRefuse(body, contentType);
    if (request instanceof RefusedRequest) {
      sendRefusal(response, { soap: request.soap, code: request.code, httpStatus: 500 });
      return;
    }
    // The register looks up when the question arrives; a change made later is for later questions.
    const question = { request, response, script: this.choice.run(request), previous: this.previous };
    this.previous = request;
    const delayMs = this.latencyMs + delayOf(question.script);
    this.follow(request, response);
    this.holds.pass(request.key, () => {
      if (delayMs > 0) setTimeout(sendAnswer, delayMs, question).unref();
      else sendAnswer(question);
    });
  }

  private follow(request: RegisterRequest, response: ServerResponse): void {
    this.unanswered.add(response);
    const record: RequestRecord = this.log.add(request);
    response.once('close', () => {
      this.unanswered.delete(response);
      record.ended = response.writableFinished ? 'answered' : 'closed';
    });
  }
}

function readOrRefuse(body: Buffer, contentType: string): RegisterRequest | RefusedRequest {
  try {
    return readRequest(body, contentType);
  } catch (error) {
    if (error instanceof RefusedRequest) return error;
    throw error;
  }
}

function delayOf(script: Script): number {
  return script.sends === 'envelope' ? (script.afterMs ?? 0) : 0;
}
