import {
  applyDecorators,
  Controller,
  createParamDecorator,
  type ExecutionContext,
  Get,
  Header,
  HttpCode,
  SetMetadata,
  type Type,
  UseFilters,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { AcceptsForm, NotDescribed, requestOf, WithoutEnvelope } from '../../http';
import type { LiveSource } from './live-streams.service';
import { PageErrorFilter } from './page-error.filter';
import { LIVE_VIEW, PageInterceptor, VIEW } from './page.interceptor';
import { SameOriginGuard } from './same-origin.guard';
import { SubmittedForm } from './submitted-form';
import type { PageAnswer, View } from './view';

/** A controller of pages below `/console`. Every handler declares who may see it with `@Needs`, like those of calls. */
export const ConsoleController = (path = '') =>
  applyDecorators(
    Controller(`console/${path}`),
    NotDescribed(),
    WithoutEnvelope(),
    AcceptsForm(),
    UseGuards(SameOriginGuard),
    UseFilters(PageErrorFilter),
    UseInterceptors(PageInterceptor),
  );

type MethodThatAnswers<Answer> = <Handler extends (...given: never[]) => Answer>(
  target: object,
  name: string | symbol,
  descriptor: TypedPropertyDescriptor<Handler>,
) => void;

/** Shows what the handler returns with this view. The type of the model is checked. */
export const Page = <Model extends object>(view: View<Model>) =>
  applyDecorators(SetMetadata(VIEW, view), HttpCode(200)) as MethodThatAnswers<
    PageAnswer<Model> | Promise<PageAnswer<Model>>
  >;

/** Streams the part of a page that the handler names, `GET /console/…/live/<path>`, as server-sent events. */
export const Live = <Model extends object>(path: string, view: View<Model>) =>
  applyDecorators(
    SetMetadata(LIVE_VIEW, view),
    Get(`live/${path}`),
    Header('X-Accel-Buffering', 'no'),
  ) as MethodThatAnswers<LiveSource<Model> | Promise<LiveSource<Model>>>;

/** The submitted form, as a parameter of a handler; it is validated when the handler asks for it. */
export const FormOf = createParamDecorator(
  (type: Type<object>, context: ExecutionContext) => new SubmittedForm(type, requestOf(context).body),
);
