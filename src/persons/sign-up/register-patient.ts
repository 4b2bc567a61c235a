import { Inject, Injectable } from '@nestjs/common';
import type { Settings } from '../../config/env';
import { SETTINGS } from '../../config/settings.module';
import { isHeldByOthers } from '../../database/failure';
import { Transactions } from '../../database/transactions';
import { Refusal } from '../../domain/refusal';
import type { PersonRequest } from '../../domain/person/person-request';
import { MediaUploads } from '../../media-storage';
import type { UserAccount } from '../../mithril';
import { FindRegisteredPerson } from '../find-registered-person';
import { AdmitApplicant } from './admit-applicant';
import { type AnsweredPerson, answerPerson } from './answer-person';
import { type CheckedSignUp, CheckSignUpContent } from './check-sign-up-content';
import type { EncodedContent } from './decode-signed-content';
import { ObserveSignUps } from './observe-sign-ups';
import {
  isSamePlan,
  newIdsFor,
  PlanRegistration,
  type RegistrationIds,
  type RegistrationPlan,
} from './plan-registration';
import { SessionToken } from './session-token';
import { WriteRegistration } from './write-registration';

export interface RegisterRequest extends EncodedContent {
  readonly jwt: string;
}

export interface RegisteredPatient {
  readonly person: AnsweredPerson & { readonly id: string };
  readonly user: { readonly id: string; readonly tax_id: string };
  readonly access_token: string;
}

/** Each further try means that somebody else registered the same person meanwhile; ten at once need two. */
const TRIES = 5;
const RETRY_AFTER_SECONDS = 1;

/**
 * Step 2: the person, his verifications, the relationship, the method, the user and the token, all or nothing.
 *
 * The signed content is kept before the transaction, so that no connection is held while the store is asked, under ids
 * that follow from what was found. Then the registry is looked at once more behind a lock: if somebody was faster, the
 * kept object belongs to nobody and everything begins again.
 */
@Injectable()
export class RegisterPatient {
  constructor(
    private readonly admitApplicant: AdmitApplicant,
    private readonly checkContent: CheckSignUpContent,
    private readonly session: SessionToken,
    private readonly findPerson: FindRegisteredPerson,
    private readonly planRegistration: PlanRegistration,
    private readonly writeRegistration: WriteRegistration,
    private readonly uploads: MediaUploads,
    private readonly transactions: Transactions,
    private readonly observe: ObserveSignUps,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async run(request: RegisterRequest): Promise<RegisteredPatient> {
    const admitted = await this.admitApplicant.run(request);
    await this.session.check(request.jwt, { signedContent: request.signed_content, now: admitted.now });
    const signUp = await this.checkContent.run(admitted);
    for (let attempt = 1; attempt <= TRIES; attempt += 1) {
      const registered = await this.register(signUp);
      if (registered !== undefined) return registered;
    }
    throw contended();
  }

  /** Nothing when the registry had changed until the lock was there. */
  private async register(signUp: CheckedSignUp): Promise<RegisteredPatient | undefined> {
    const plan = await this.planRegistration.run(this.transactions, signUp, signUp.content.person);
    const ids = newIdsFor(plan);
    const uploadId = await this.keepSignedContent(signUp, plan, ids);
    let registered: RegisteredPatient | undefined;
    try {
      registered = await this.transactions.inTransaction(async (sql) => {
        const { person } = signUp.content;
        await this.findPerson.lock(sql, person, [signUp.contentSha256]);
        const seenBehindLock = await this.planRegistration.run(sql, signUp, person);
        if (!isSamePlan(plan, seenBehindLock)) return undefined;
        if (uploadId !== undefined) await this.uploads.keep(sql, uploadId);
        const { user, token } = await this.writeRegistration.run(sql, signUp, { plan: seenBehindLock, ids });
        const answered = { ...answerPerson(person, signUp.applicant.person), id: ids.personId };
        const told = { id: user.id, tax_id: toldTaxId(user, person) };
        return { person: answered, user: told, access_token: token };
      });
      if (registered !== undefined)
        this.observe.registered({ plan, personId: ids.personId, userId: registered.user.id });
      return registered;
    } catch (error) {
      if (isHeldByOthers(error)) throw contended();
      throw error;
    } finally {
      // Also when the commit was not acknowledged: an object that is needed is no longer in the journal.
      if (registered === undefined && uploadId !== undefined) await this.uploads.discard(uploadId);
    }
  }

  private async keepSignedContent(
    { container }: CheckedSignUp,
    { found, createsRelationship }: RegistrationPlan,
    { personId, relationshipId }: RegistrationIds,
  ): Promise<string | undefined> {
    if (found !== null && !createsRelationship) return undefined;
    const folder = found === null ? personId : `${personId}/confidant_person_relationships/${relationshipId}`;
    const bucket = this.settings.MEDIA_STORAGE_PERSON_BUCKET;
    return this.uploads.save({ bucket, key: `${folder}/signed_content`, bytes: container });
  }
}

/** A number the applicant did not send is not told to him: nobody has verified yet that he acts for the person. */
function toldTaxId({ taxId }: UserAccount, { tax_id: sent }: PersonRequest): string {
  return taxId !== null && taxId === sent ? taxId : '';
}

function contended(): Refusal {
  return new Refusal('registration_contended', { retryAfterSeconds: RETRY_AFTER_SECONDS });
}
