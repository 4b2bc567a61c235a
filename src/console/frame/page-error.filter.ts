import { Catch } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Refusal, type RefusalCode } from '../../domain/refusal';
import { type Answer, RefusalFilter, traitsOf } from '../../http';
import { Log } from '../../observability';
import { PageRenderer } from './page-renderer.service';
import { readerOf } from './reader';
import { view } from './view';

interface ErrorModel {
  readonly status: number;
  /** The refusal, if it was one that the program expects. */
  readonly code: RefusalCode | undefined;
  /** What the words in braces of the sentence are. */
  readonly words: Readonly<Record<string, string>>;
  readonly requestId: string;
}

export const ERROR_PAGE = view<ErrorModel>('error', (freeText) => [
  { status: 500, code: undefined, words: {}, requestId: freeText },
  { status: 401, code: 'access_token_invalid', words: {}, requestId: freeText },
  {
    status: 403,
    code: 'scope_missing',
    words: { allowances: freeText },
    requestId: 'r-1',
  },
  { status: 404, code: 'person_not_found', words: {}, requestId: freeText },
  {
    status: 409,
    code: 'status_change_refused',
    words: { from: 'VERIFIED', to: 'NOT_VERIFIED' },
    requestId: 'r-1',
  },
]);

/** Shows errors of pages as pages, in the reader's language. Without a session the reader is sent to sign in. */
@Catch()
export class PageErrorFilter extends RefusalFilter {
  constructor(
    log: Log,
    private readonly renderer: PageRenderer,
  ) {
    super(log);
  }

  protected override send(answer: Answer, request: Request, response: Response, error: unknown): void {
    const reader = readerOf(request);
    // A part that is refreshed keeps its page; only a page itself is replaced.
    const isPart = request.get('hx-request') !== undefined;
    if (answer.status === 401 && request.method === 'GET' && !isPart) {
      response.redirect(303, `/console/sign-in?return=${encodeURIComponent(reader.path)}`);
      return;
    }
    const { code, details } = error instanceof Refusal ? error : { code: undefined, details: {} };
    const model: ErrorModel = {
      status: answer.status,
      code,
      words: details.words ?? {},
      requestId: traitsOf(request).requestId,
    };
    response
      .status(answer.status)
      .type('html')
      .send(this.renderer.render(ERROR_PAGE, model, reader));
  }
}
