import { Get, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Refusal } from '../../domain/refusal';
import { NeedsToken, tokenOf, WithoutToken } from '../../http';
import { ConsoleController, FormOf, Page } from '../frame/page.decorator';
import { clearCookie, REASON_COOKIE, SESSION_COOKIE, setCookie } from '../frame/reader';
import type { SubmittedForm } from '../frame/submitted-form';
import { SeeOther, view, WithStatus } from '../frame/view';
import { returnPath, SignInForm, SignInQuery } from './sign-in.dto';
import { SignIn } from './sign-in.service';

interface SignInModel {
  /** Where the reader goes then. */
  readonly returnTo: string;
  readonly isRefused: boolean;
}

export const SIGN_IN_PAGE = view<SignInModel>('sign-in', (freeText) => [
  { returnTo: freeText, isRefused: false },
  { returnTo: '/console', isRefused: true },
]);

/** Begins and ends a session. */
@ConsoleController()
export class SignInController {
  constructor(private readonly signIn: SignIn) {}

  @Get('sign-in')
  @WithoutToken()
  @Page(SIGN_IN_PAGE)
  form(@Query() query: SignInQuery): SignInModel {
    return { returnTo: returnPath(query.return), isRefused: false };
  }

  @Post('sign-in')
  @WithoutToken()
  @Page(SIGN_IN_PAGE)
  async open(
    @FormOf(SignInForm) form: SubmittedForm<SignInForm>,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SeeOther | WithStatus<SignInModel>> {
    const returnTo = returnPath(form.values['return']);
    try {
      const { token } = await form.input();
      const session = await this.signIn.open(token.trim());
      setCookie(response, SESSION_COOKIE, session.token, session.seconds);
      return new SeeOther(returnTo);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return new WithStatus(error.code === 'validation_failed' ? 422 : 401, { returnTo, isRefused: true });
    }
  }

  @Post('sign-out')
  @NeedsToken()
  async close(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<SeeOther> {
    await this.signIn.close(tokenOf(request));
    clearCookie(response, SESSION_COOKIE);
    clearCookie(response, REASON_COOKIE);
    return new SeeOther('/console/sign-in', 'signed_out');
  }
}
