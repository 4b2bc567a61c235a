import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  SetMetadata,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { SignUpObserver } from './sign-up-observer';

type Step = Parameters<SignUpObserver['countRefusals']>[0];

const STEP = Symbol('step of a sign-up');

/** Which step of a sign-up a call is. */
export const SignUpStep = (step: Step) => SetMetadata(STEP, step);

/** Counts sign-ups that are refused, those with a malformed body included: pipes run inside interceptors. */
@Injectable()
export class SignUpRefusalsInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly observer: SignUpObserver,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const step = this.reflector.get<Step>(STEP, context.getHandler());
    return from(this.observer.countRefusals(step, () => lastValueFrom<unknown>(next.handle())));
  }
}
