import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type Clock, CLOCK } from '../../config/clock';
import type { Settings } from '../../config/env';
import { SETTINGS } from '../../config/settings.module';
import { Transactions } from '../../database/transactions';
import { dayInKyiv, type IsoDay, ageInYears } from '../../domain/calendar-day';
import type { RegistrationParameters } from '../../domain/person/registration.rules';
import { Refusal } from '../../domain/refusal';
import { UserRepository } from '../../mithril';
import { SignedContentService } from '../../signed-content';
import { PersonRepository, type RegisteredPerson } from '../person.repository';
import { RegistrationParametersRepository } from '../registration-parameters.repository';
import { decodeSignedContent, type EncodedContent } from './decode-signed-content';

/** The confidant person who signed: his user and himself. */
export interface Applicant {
  readonly userId: string;
  readonly person: RegisteredPerson;
}

/** A sign-up whose applicant is known. What he signed is not read yet. */
export interface AdmittedSignUp {
  readonly applicant: Applicant;
  readonly container: Uint8Array;
  readonly contentSha256: string;
  readonly signed: Uint8Array;
  readonly parameters: RegistrationParameters;
  readonly now: Date;
  readonly today: IsoDay;
}

const MINUTE_MS = 60_000;
/** Clocks of those who sign may be fast, but not by more. */
const FUTURE_TOLERATED_MS = 5 * MINUTE_MS;

/** Rows 2 to 9: whose signature it is, and whether he may sign anybody up. */
@Injectable()
export class AdmitApplicant {
  constructor(
    private readonly signedContent: SignedContentService,
    private readonly parameters: RegistrationParametersRepository,
    private readonly users: UserRepository,
    private readonly persons: PersonRepository,
    private readonly transactions: Transactions,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async run(encoded: EncodedContent): Promise<AdmittedSignUp> {
    const container = decodeSignedContent(encoded);
    const { content, signedAt, signer } = await this.signedContent.read(container);
    const now = this.clock();
    this.refuseUnlessFresh(signedAt, now);
    const parameters = await this.parameters.read(this.transactions);
    const today = dayInKyiv(now);
    const applicant = await this.applicantOf(signer.drfo);
    if (ageInYears(applicant.person.birthDate, today) <= parameters.noSelfAuthAge)
      throw new Refusal('applicant_too_young');
    const contentSha256 = createHash('sha256').update(container).digest('hex');
    return { applicant, container, contentSha256, signed: content, parameters, now, today };
  }

  private refuseUnlessFresh(signedAt: Date, now: Date): void {
    const ageMs = now.getTime() - signedAt.getTime();
    const longestMs = this.settings.SIGNED_CONTENT_SIGNATURE_TIMESTAMP_VALID_MINUTES * MINUTE_MS;
    if (ageMs > longestMs || ageMs < -FUTURE_TOLERATED_MS) throw new Refusal('signature_expired');
  }

  private async applicantOf(drfo: string): Promise<Applicant> {
    const user = await this.users.ofTaxId(this.transactions, drfo);
    if (user === undefined) throw new Refusal('applicant_user_not_found');
    if (user.isBlocked) throw new Refusal('applicant_user_blocked');
    const person =
      user.personId === null ? undefined : await this.persons.active(this.transactions, user.personId);
    if (person === undefined) throw new Refusal('applicant_person_not_found');
    return { userId: user.id, person };
  }
}
