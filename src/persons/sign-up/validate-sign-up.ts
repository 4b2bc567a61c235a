import { Injectable } from '@nestjs/common';
import { AdmitApplicant } from './admit-applicant';
import { type AnsweredPerson, answerPerson } from './answer-person';
import { CheckSignUpContent } from './check-sign-up-content';
import type { EncodedContent } from './decode-signed-content';
import { ObserveSignUps } from './observe-sign-ups';
import { SessionToken } from './session-token';

export interface ValidatedSignUp {
  readonly person: AnsweredPerson;
  readonly token: string;
}

/** Step 1: everything is checked and nothing is written. */
@Injectable()
export class ValidateSignUp {
  constructor(
    private readonly admitApplicant: AdmitApplicant,
    private readonly checkContent: CheckSignUpContent,
    private readonly session: SessionToken,
    private readonly observe: ObserveSignUps,
  ) {}

  async run(request: EncodedContent): Promise<ValidatedSignUp> {
    const signUp = await this.checkContent.run(await this.admitApplicant.run(request));
    const token = await this.session.issue({ signedContent: request.signed_content, now: signUp.now });
    this.observe.validated();
    return { person: answerPerson(signUp.content.person, signUp.applicant.person), token };
  }
}
