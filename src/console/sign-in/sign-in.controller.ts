import { Get, Header, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Refusal } from '../../domain/refusal';
import { NeedsToken, tokenOf, WithoutToken } from '../../http';
import { ConsoleController, FormOf, Page } from '../frame/page.decorator';
import { clearCookie, REASON_COOKIE, returnPath, SESSION_COOKIE, setCookie } from '../frame/reader';
import type { SubmittedForm } from '../frame/submitted-form';
import { SeeOther, view, WithStatus } from '../frame/view';
import { SignInForm, SignInLinkForm, SignInQuery } from './sign-in.dto';
import { type Session, SignIn } from './sign-in.service';

interface SignInModel {
  /** Where the reader goes then. */
  readonly returnTo: string;
  readonly isRefused: boolean;
}

interface SignInLinkModel {
  /** Undefined when the link was refused. */
  readonly code: string | undefined;
}

export const SIGN_IN_PAGE = view<SignInModel>('sign-in', (freeText) => [
  { returnTo: freeText, isRefused: false },
  { returnTo: '/console', isRefused: true },
]);

export const SIGN_IN_LINK_PAGE = view<SignInLinkModel>('sign-in-link', (freeText) => [
  { code: freeText },
  { code: undefined },
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
      begin(await this.signIn.open(token.trim()), response);
      return new SeeOther(returnTo);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return new WithStatus(error.code === 'validation_failed' ? 422 : 401, { returnTo, isRefused: true });
    }
  }

  /** Only shows a button: a program that looks at links, as those of mail do, must not spend the code. */
  @Get('sign-in/link')
  @WithoutToken()
  // Its address has the code.
  @Header('Referrer-Policy', 'strict-origin')
  @Page(SIGN_IN_LINK_PAGE)
  link(@Query() { code }: SignInLinkForm): SignInLinkModel {
    return { code };
  }

  @Post('sign-in/link')
  @WithoutToken()
  @Page(SIGN_IN_LINK_PAGE)
  async openByCode(
    @FormOf(SignInLinkForm) form: SubmittedForm<SignInLinkForm>,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SeeOther | WithStatus<SignInLinkModel>> {
    try {
      const { code } = await form.input();
      begin(await this.signIn.openByCode(code), response);
      return new SeeOther('/console');
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return new WithStatus(401, { code: undefined });
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

function begin({ token, seconds }: Session, response: Response): void {
  setCookie(response, SESSION_COOKIE, token, seconds);
  // It may be of another user.
  clearCookie(response, REASON_COOKIE);
}
