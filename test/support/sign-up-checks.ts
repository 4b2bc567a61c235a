import { randomUUID } from 'node:crypto';
import { TestAuthority } from '../../tools/test-authority';
import { aPerson, aUser } from './builders';
import {
  sessionClaims,
  sessionJwt,
  type Answer,
  type SignUpFixture,
  type ReportedRefusal,
} from './sign-up-fixture';
import { aSignUpContent, type SignUpContentBuilder, SOME_CONFIDANT_ID } from './sign-up-content';
import { calendarDay, dayInKyiv } from '../../src/domain/calendar-day';

/** The two calls of a sign-up. */
export type Step = 'validate' | 'register';

/** Signs as well as the trusted one, and nobody trusts it. */
const STRANGER = TestAuthority.make({ nodeEnv: 'test' });

const MINUTE_MS = 60_000;

/**
 * A sign-up that would go well, until something about it is changed: who the applicant is, what is signed, how and when,
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

  constructor(private readonly fixture: SignUpFixture) {}

  /** Changes what is signed, if it still is a person. */
  change(how: (content: SignUpContentBuilder) => SignUpContentBuilder): void {
    if (typeof this.content !== 'string') this.content = how(this.content);
  }

  /** Saves the applicant and signs; what it gives sends the call. */
  async prepare(step: Step): Promise<() => Promise<Answer>> {
    const drfo = this.fixture.nextDrfo();
    await this.save(drfo);
    const authority = this.isForged ? STRANGER : this.fixture.authority;
    const bytes = typeof this.content === 'string' ? this.content : this.content.bytes();
    const signedAt = new Date(Date.now() - this.signedMinutesAgo * MINUTE_MS);
    const text = this.sentText(authority.sign(bytes, { drfo, signedAt }).toString('base64'));
    const body = { signed_content: text, signed_content_encoding: this.encoding };
    if (step === 'validate') return () => this.fixture.validate(body);
    const jwt = await sessionJwt(sessionClaims(this.hasSession ? (text ?? '') : 'something else'));
    return () => this.fixture.register({ ...body, jwt });
  }

  private async save(drfo: string): Promise<void> {
    const { sql } = this.fixture.env;
    if (this.hasMethod) this.person.withAuthenticationMethod('OTP', { phoneNumber: '+380000000001' });
    await this.person.save(sql);
    await this.user.withTaxId(drfo).save(sql);
    if (this.hasOtherWard)
      await aPerson().withAuthenticationMethod('THIRD_PERSON', { value: this.applicantId }).save(sql);
  }
}

/** One check of the two calls: what it is, how an attempt fails it, and the refusal. */
export interface SignUpCheck {
  readonly row: string;
  readonly breaks: (attempt: SignUpAttempt) => void;
  readonly reported: ReportedRefusal;
  /** What of an attempt is changed; two checks that change the same cannot both be failed. */
  readonly touches: readonly string[];
  /** Asked by the second call only. */
  readonly isOfStepTwo?: true;
}

const today = calendarDay(dayInKyiv(new Date()));

/** In the middle of the fifteenth year, so that no test meets a birthday. */
const FOURTEEN_YEARS_AGO = today.subtract({ years: 14, months: 6 }).toString();

const LATER = today.add({ days: 2 }).toString();

const malformed = (status: number, message: string): ReportedRefusal => ({
  status,
  type: 'request_malformed',
  message,
});

const denied = (message: string): ReportedRefusal => ({ status: 401, type: 'access_denied', message });

const notFound = (message: string): ReportedRefusal => ({ status: 404, type: 'not_found', message });

const faulty = (...fields: NonNullable<ReportedRefusal['fields']>): ReportedRefusal => {
  return { status: 422, type: 'validation_failed', message: 'Validation failed', fields };
};

const missing = (entry: string, name: string): ReportedRefusal =>
  faulty([entry, 'required', `required property ${name} was not present`]);

/** In the order in which they are asked. */
export const SIGN_UP_CHECKS: readonly SignUpCheck[] = [
  {
    row: 'row 1: signed_content is missing',
    breaks: (attempt) => (attempt.sentText = () => undefined),
    reported: missing('$.signed_content', 'signed_content'),
    // Two missing properties are reported together.
    touches: ['text', 'missing'],
  },
  {
    row: 'row 1: signed_content_encoding is missing',
    breaks: (attempt) => (attempt.encoding = undefined),
    reported: missing('$.signed_content_encoding', 'signed_content_encoding'),
    touches: ['encoding', 'missing'],
  },
  {
    row: 'row 2: not base64',
    breaks: (attempt) => (attempt.sentText = (text) => `${text}*`),
    reported: malformed(422, 'Invalid signed content'),
    touches: ['text'],
  },
  {
    row: 'row 3: another encoding',
    breaks: (attempt) => (attempt.encoding = 'hex'),
    reported: faulty(['$.signed_content_encoding', 'invalid', 'is invalid']),
    touches: ['encoding'],
  },
  {
    row: 'row 4: an authority nobody trusts',
    breaks: (attempt) => (attempt.isForged = true),
    reported: malformed(400, 'Signer certificate is not issued by a trusted authority'),
    touches: ['authority'],
  },
  {
    row: 'row 5: signed too long ago',
    breaks: (attempt) => (attempt.signedMinutesAgo = 61),
    reported: denied('Digital signature timestamp is expired'),
    touches: ['signing time'],
  },
  {
    row: 'row 6: no active user',
    breaks: (attempt) => attempt.user.inactive(),
    reported: notFound('Applicant user not found.'),
    touches: ['user is active'],
  },
  {
    row: 'row 7: the user is blocked',
    breaks: (attempt) => attempt.user.blocked(),
    reported: denied('Applicant user is blocked.'),
    touches: ['user is blocked'],
  },
  {
    row: 'row 8: the person of the user is not active',
    breaks: (attempt) => attempt.person.inactive(),
    reported: notFound('Applicant person not found.'),
    touches: ['person is active'],
  },
  {
    row: 'row 9: the applicant is fourteen',
    breaks: (attempt) => attempt.person.bornOn(FOURTEEN_YEARS_AGO),
    reported: denied('Incorrect applicant person age for such an action.'),
    touches: ['age'],
  },
  {
    row: 'the session is of another content',
    breaks: (attempt) => (attempt.hasSession = false),
    reported: denied('Unauthorized'),
    touches: ['session'],
    isOfStepTwo: true,
  },
  {
    row: 'row 10: not JSON',
    breaks: (attempt) => (attempt.content = 'Волошка'),
    reported: malformed(422, 'Invalid signed content'),
    touches: ['first name', 'birth date', 'confidant', 'consents', 'disclosure'],
  },
  {
    row: 'row 10: not of the schema',
    breaks: (attempt) => attempt.change((content) => content.without('person.first_name')),
    reported: missing('$.person.first_name', 'first_name'),
    touches: ['first name'],
  },
  {
    row: 'row 10: against the rules about the person',
    breaks: (attempt) => attempt.change((content) => content.with('person.birth_date', LATER)),
    reported: faulty(['$.person.birth_date', 'invalid', 'Invalid birth date']),
    touches: ['birth date'],
  },
  {
    row: 'row 11: another confidant than the signer',
    breaks: (attempt) =>
      attempt.change((content) => content.with('person.confidant_person.person_id', SOME_CONFIDANT_ID)),
    reported: malformed(422, 'Confidant person and signer must be the same'),
    touches: ['confidant'],
  },
  {
    row: 'row 12: patient_signed is false',
    breaks: (attempt) => attempt.change((content) => content.with('patient_signed', false)),
    reported: malformed(422, 'expected true but got false for attribute patient_signed'),
    touches: ['consents'],
  },
  {
    row: 'row 12: process_disclosure_data_consent is false',
    breaks: (attempt) => attempt.change((content) => content.with('process_disclosure_data_consent', false)),
    reported: malformed(422, 'expected true but got false for attribute process_disclosure_data_consent'),
    touches: ['disclosure'],
  },
  {
    row: 'row 13: the confidant has no method of their own',
    breaks: (attempt) => (attempt.hasMethod = false),
    reported: malformed(422, 'third person must has auth method OTP or OFFLINE'),
    touches: ['method'],
  },
  {
    row: 'row 13: the confidant is not verified',
    breaks: (attempt) => attempt.person.cumulative('NOT_VERIFIED'),
    reported: {
      status: 409,
      type: 'request_conflict',
      message: 'Confidant person not found or is not verified',
    },
    touches: ['cumulative status'],
  },
  {
    row: 'row 13: the confidant has as many wards as allowed',
    breaks: (attempt) => (attempt.hasOtherWard = true),
    reported: malformed(422, 'Third person limit is exceeded'),
    touches: ['wards'],
  },
];

/** The checks that a call asks. */
export function checksOf(step: 'validate' | 'register'): readonly SignUpCheck[] {
  return SIGN_UP_CHECKS.filter(({ isOfStepTwo }) => step === 'register' || isOfStepTwo === undefined);
}
