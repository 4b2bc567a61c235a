import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  StreamableFile,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { map, type Observable } from 'rxjs';
import { LiveStreams, type LiveSource } from './live-streams.service';
import { PageRenderer } from './page-renderer.service';
import { NOTE_COOKIE, readerOf, setCookie } from './reader';
import { SeeOther, type View, WithStatus } from './view';

/** The metadata keys of what shows the answer of a handler. */
export const VIEW = Symbol('view');
export const LIVE_VIEW = Symbol('live view');

/** A note waits for the next page no longer than this. */
const NOTE_SECONDS = 60;

/** Turns what a handler returns into a page, a redirect, or a stream of a part. */
@Injectable()
export class PageInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly renderer: PageRenderer,
    private readonly live: LiveStreams,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const handler = context.getHandler();
    const http = context.switchToHttp();
    const [request, response] = [http.getRequest<Request>(), http.getResponse<Response>()];
    const view = this.reflector.get<View<object> | undefined>(VIEW, handler);
    const liveView = this.reflector.get<View<object> | undefined>(LIVE_VIEW, handler);
    return next.handle().pipe(
      map((answer: object) => {
        if (answer instanceof SeeOther) return redirect(response, answer);
        if (view !== undefined) return this.page(view, answer, { request, response });
        if (liveView !== undefined) return this.stream(liveView, answer as LiveSource<object>, context);
        throw new Error('A page has no view, and it does not lead to another one.');
      }),
    );
  }

  private stream(view: View<object>, source: LiveSource<object>, context: ExecutionContext): StreamableFile {
    return new StreamableFile(this.live.open(context, source, view), {
      type: 'text/event-stream; charset=utf-8',
    });
  }

  private page(
    view: View<object>,
    answer: object,
    { request, response }: { request: Request; response: Response },
  ): string {
    if (answer instanceof WithStatus) response.status(answer.status);
    const model = answer instanceof WithStatus ? (answer.model as object) : answer;
    response.type('html');
    return this.renderer.page(view, model, { reader: readerOf(request), request, response });
  }
}

function redirect(response: Response, { path, note }: SeeOther): string {
  if (note !== undefined) setCookie(response, NOTE_COOKIE, note, NOTE_SECONDS);
  response.status(303).setHeader('Location', path);
  return '';
}
