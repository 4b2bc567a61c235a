import { randomUUID } from 'node:crypto';
import { TestAuthority } from '../../tools/test-authority';
import { aPerson, aUser } from './builders';
import { sessionClaims, sessionJwt } from './session-jwt';
import { aSignUpContent, type SignUpContentBuilder } from './sign-up-content';
import type { Answer, SignUpScene } from './sign-up-scene';

/** The two calls of a sign-up. */
export type Step = 'validate' | 'register';

/** Signs as well as the trusted one, and nobody trusts it. */
const STRANGER = TestAuthority.make({ nodeEnv: 'test' });

const MINUTE_MS = 60_000;

/**
 * A sign-up that would go well, until something about it is changed: who the applicant is, what he signs, how and when,
 * and what is sent. Nobody is saved before it is sent.
 */
export class SignUpAttempt {
  readonly applicantId = randomUUID();
  readonly person = aPerson().withId(this.applicantId);
  readonly user = aUser().ofPerson(this.applicantId);
  content: SignUpContentBuilder | string = aSignUpContent().confidant(this.applicantId);
  hasMethod = true;
  hasOtherWard = false;
  isForged = false;
  hasSession = true;
  signedMinutesAgo = 1;
  encoding: string | undefined = 'base64';
  /** What becomes of the text of the signed content before it is sent. */
  sentText: (text: string) => string | undefined = (text) => text;

  constructor(private readonly scene: SignUpScene) {}

  /** Changes what is signed, if it still is a person. */
  change(how: (content: SignUpContentBuilder) => SignUpContentBuilder): void {
    if (typeof this.content !== 'string') this.content = how(this.content);
  }

  /** Saves the applicant and signs; what it gives sends the call. */
  async prepare(step: Step): Promise<() => Promise<Answer>> {
    const drfo = this.scene.nextDrfo();
    await this.save(drfo);
    const authority = this.isForged ? STRANGER : this.scene.authority;
    const bytes = typeof this.content === 'string' ? this.content : this.content.bytes();
    const signedAt = new Date(Date.now() - this.signedMinutesAgo * MINUTE_MS);
    const text = this.sentText(authority.sign(bytes, { drfo, signedAt }).toString('base64'));
    const body = { signed_content: text, signed_content_encoding: this.encoding };
    if (step === 'validate') return () => this.scene.validate(body);
    const jwt = await sessionJwt(sessionClaims(this.hasSession ? (text ?? '') : 'something else'));
    return () => this.scene.register({ ...body, jwt });
  }

  private async save(drfo: string): Promise<void> {
    const { sql } = this.scene.here;
    if (this.hasMethod) this.person.withAuthenticationMethod('OTP', { phoneNumber: '+380000000001' });
    await this.person.save(sql);
    await this.user.withTaxId(drfo).save(sql);
    if (this.hasOtherWard)
      await aPerson().withAuthenticationMethod('THIRD_PERSON', { value: this.applicantId }).save(sql);
  }
}
