import { Inject, Injectable } from '@nestjs/common';
import { type Clock, CLOCK, SETTINGS } from '../../config/settings.module';
import type { Settings } from '../../config/settings.schema';
import { RelationshipService } from '../../confidant-relationships';
import { Transactions } from '../../database/transactions';
import { dayInKyiv, type IsoDay, ageInYears } from '../../domain/calendar-day';
import { refuseConfidant } from '../../domain/confidant/relationship.rules';
import type { PersonRequest, SignUpContent } from '../../domain/person/person-request';
import { type RegistrationParameters, faultsOfPerson } from '../../domain/person/registration.rules';
import { Refusal } from '../../domain/refusal';
import { UserRepository } from '../../mithril';
import { SignedContentService } from '../../signed-content';
import { PersonRepository, type RegisteredPerson } from '../person.repository';
import { PersonsService } from '../persons.service';
import { RegistrationRepository } from './registration.repository';
import { readSignUpContent } from './signed-content.schema';
import { decodeContainer, type EncodedContainer } from './signed-document';

/** The confidant person who signed, and their user. */
export interface Applicant {
  readonly userId: string;
  readonly person: RegisteredPerson;
}

/** A sign-up with a known applicant. The signed bytes are not read yet. */
export interface AdmittedSignUp {
  readonly applicant: Applicant;
  readonly container: Uint8Array;
  /** The same for every encoding of the same signed content. */
  readonly contentSha256: string;
  readonly signed: Uint8Array;
  readonly parameters: RegistrationParameters;
  readonly now: Date;
  readonly today: IsoDay;
}

/** A sign-up that may be registered. */
export interface CheckedSignUp extends AdmittedSignUp {
  readonly content: SignUpContent;
}

const MINUTE_MS = 60_000;
/** The applicant's clock may be fast by this much. */
const FUTURE_TOLERATED_MS = 5 * MINUTE_MS;

/** Required beside the signature, in the order in which the first false one is reported. */
const CONSENTS = ['patient_signed', 'process_disclosure_data_consent'] as const;

/** Who signed, and whether they may sign this person up. */
@Injectable()
export class ApplicantService {
  constructor(
    private readonly signedContent: SignedContentService,
    private readonly users: UserRepository,
    private readonly persons: PersonRepository,
    private readonly personsService: PersonsService,
    private readonly relationships: RelationshipService,
    private readonly registrations: RegistrationRepository,
    private readonly transactions: Transactions,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Rows 2 to 9: whose signature it is, and whether they may sign anybody up. */
  async admit(encoded: EncodedContainer, from: string): Promise<AdmittedSignUp> {
    const container = decodeContainer(encoded);
    const read = await this.signedContent.read(container, from);
    const now = this.clock();
    this.refuseUnlessFresh(read.signedAt, now);
    const parameters = await this.registrations.parameters(this.transactions);
    const today = dayInKyiv(now);
    const applicant = await this.applicantOf(read.signer.drfo);
    if (ageInYears(applicant.person.birthDate, today) <= parameters.noSelfAuthAge)
      throw new Refusal('applicant_too_young');
    const { content: signed, identity: contentSha256 } = read;
    return { applicant, container, contentSha256, signed, parameters, now, today };
  }

  /** Rows 10 to 13: what the applicant signed, and whether they may be this person's confidant person. */
  async checkContent(signUp: AdmittedSignUp): Promise<CheckedSignUp> {
    const { applicant, today, parameters } = signUp;
    const content = readSignUpContent(signUp.signed);
    const faults = faultsOfPerson(content.person, { today, parameters });
    if (faults.length > 0) throw new Refusal('validation_failed', { faults });
    if (content.person.confidant_person.person_id !== applicant.person.id)
      throw new Refusal('confidant_is_not_signer');
    const refused = CONSENTS.find((attribute) => !content[attribute]);
    if (refused !== undefined) throw new Refusal('consent_missing', { words: { attribute: refused } });
    await this.refuseConfidant(signUp, content.person);
    if (isOwnNumber(content.person, applicant.person)) throw new Refusal('confidant_is_patient');
    return { ...signUp, content };
  }

  /** Refuses an applicant whom the request matches. Step 2 does the same when it searches for the person. */
  async refuseThemself(signUp: CheckedSignUp): Promise<void> {
    if ((await this.knownPersonId(signUp, signUp.content.person)) === signUp.applicant.person.id)
      throw new Refusal('confidant_is_patient');
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
      user.personId === null ? undefined : await this.persons.findActive(this.transactions, user.personId);
    if (person === undefined) throw new Refusal('applicant_person_not_found');
    return { userId: user.id, person };
  }

  private async refuseConfidant(signUp: AdmittedSignUp, person: PersonRequest): Promise<void> {
    const { thirdPersonLimit } = signUp.parameters;
    const facts = await this.relationships.confidantFacts(
      this.transactions,
      signUp.applicant.person.id,
      signUp.now,
    );
    // The person matters only to a confidant person who has reached the limit.
    const isFull = facts.wardIds.length >= thirdPersonLimit;
    const personId = isFull ? await this.knownPersonId(signUp, person) : null;
    refuseConfidant(facts, { personId, thirdPersonLimit });
  }

  private async knownPersonId(signUp: AdmittedSignUp, person: PersonRequest): Promise<string | null> {
    const signedUp = await this.registrations.personOf(this.transactions, signUp.contentSha256);
    if (signedUp !== undefined) return signedUp.personId;
    const match = await this.personsService.findMatch(this.transactions, person, signUp.today);
    return match.kind === 'one' ? match.personId : null;
  }
}

/** A person who has the applicant's number and birth date is the applicant, also when too little else is alike for a match. */
function isOwnNumber(
  { tax_id: taxId, birth_date: birthDate }: PersonRequest,
  own: RegisteredPerson,
): boolean {
  return taxId !== undefined && taxId === own.taxId && birthDate === own.birthDate;
}
