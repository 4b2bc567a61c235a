import { Injectable } from '@nestjs/common';
import { Transactions } from '../../database/transactions';
import { refuseConfidant } from '../../domain/confidant/relationship.rules';
import type { PersonRequest, SignUpContent } from '../../domain/person/person-request';
import { faultsOfPerson } from '../../domain/person/registration.rules';
import { Refusal } from '../../domain/refusal';
import { ConfidantFactsRepository } from '../../confidant-relationships';
import { FindRegisteredPerson } from '../find-registered-person';
import type { AdmittedSignUp } from './admit-applicant';
import { readSignUpContent } from './person-request.dto';
import { SignUpRepository } from './sign-up.repository';

/** What must be true beside the signature; the order in which the first false one is told. */
const CONSENTS = ['patient_signed', 'process_disclosure_data_consent'] as const;

/** A sign-up that may be registered. */
export interface CheckedSignUp extends AdmittedSignUp {
  readonly content: SignUpContent;
}

/** Rows 10 to 13: what the applicant signed, and whether he may be this person's confidant. */
@Injectable()
export class CheckSignUpContent {
  constructor(
    private readonly confidants: ConfidantFactsRepository,
    private readonly findPerson: FindRegisteredPerson,
    private readonly signUps: SignUpRepository,
    private readonly transactions: Transactions,
  ) {}

  async run(signUp: AdmittedSignUp): Promise<CheckedSignUp> {
    const { applicant, today, parameters } = signUp;
    const content = readSignUpContent(signUp.signed);
    const faults = faultsOfPerson(content.person, { today, parameters });
    if (faults.length > 0) throw new Refusal('validation_failed', { faults });
    if (content.person.confidant_person.person_id !== applicant.person.id)
      throw new Refusal('confidant_is_not_signer');
    const refused = CONSENTS.find((attribute) => !content[attribute]);
    if (refused !== undefined) throw new Refusal('consent_missing', { words: { attribute: refused } });
    await this.refuseConfidant(signUp, content.person);
    return { ...signUp, content };
  }

  private async refuseConfidant(signUp: AdmittedSignUp, person: PersonRequest): Promise<void> {
    const { thirdPersonLimit } = signUp.parameters;
    const facts = await this.confidants.of(this.transactions, signUp.applicant.person.id, signUp.now);
    // Who is meant matters only to a confidant who has as many wards as he may have.
    const isFull = facts.wardIds.length >= thirdPersonLimit;
    const personId = isFull ? await this.knownPerson(signUp, person) : null;
    refuseConfidant(facts, { personId, thirdPersonLimit });
  }

  private async knownPerson(signUp: AdmittedSignUp, person: PersonRequest): Promise<string | null> {
    const signedUp = await this.signUps.personOf(this.transactions, signUp.contentSha256);
    if (signedUp !== undefined) return signedUp;
    const found = await this.findPerson.run(this.transactions, person, signUp.today);
    return found.kind === 'one' ? found.personId : null;
  }
}
