import { Inject, Injectable } from '@nestjs/common';
import type { Settings } from '../../config/settings.schema';
import { SETTINGS } from '../../config/settings.module';
import { isLockTimeout } from '../../database/sql-errors';
import { type Sql, Transactions } from '../../database/transactions';
import type { ConfidantPersonRequest, PersonRequest } from '../../domain/person/person-request';
import { Refusal } from '../../domain/refusal';
import { MediaUploads } from '../../media-storage';
import type { UserAccount } from '../../mithril';
import type { RegisteredPerson } from '../person.repository';
import { PersonsService } from '../persons.service';
import { ApplicantService, type CheckedSignUp } from './applicant.service';
import {
  isSamePlan,
  newIdsFor,
  type RegistrationIds,
  type RegistrationPlan,
  RegistrationPlanner,
} from './registration-planner.service';
import { SignUpObserver } from './sign-up-observer';
import { SignUpSession } from './sign-up-session';
import type { EncodedContainer } from './signed-document';

/** A person as the answer shows them: what was signed, without the secret, and the names of the confidant person. */
export interface AnsweredPerson extends Omit<PersonRequest, 'secret' | 'confidant_person'> {
  readonly confidant_person: ConfidantPersonRequest & {
    readonly first_name: string;
    readonly last_name: string;
    readonly second_name: string | null;
  };
}

/** The answer to step 1. */
export interface ValidatedSignUp {
  readonly person: AnsweredPerson;
  readonly token: string;
}

/** The body of step 2. */
export interface RegistrationRequest extends EncodedContainer {
  readonly jwt: string;
}

/** The answer to step 2. */
export interface RegisteredPatient {
  readonly person: AnsweredPerson & { readonly id: string };
  /** Null, as the token, until the relationship to a registered person is approved. */
  readonly user: { readonly id: string; readonly tax_id: string } | null;
  readonly access_token: string | null;
  readonly access: 'granted' | 'after_approval';
}

/** Each further attempt means that somebody else registered the same person meanwhile; ten at once need two. */
const MAX_ATTEMPTS = 5;
const RETRY_AFTER_SECONDS = 1;

/** The two steps by which a confidant person signs a patient up. */
@Injectable()
export class RegistrationService {
  constructor(
    private readonly applicants: ApplicantService,
    private readonly session: SignUpSession,
    private readonly persons: PersonsService,
    private readonly planner: RegistrationPlanner,
    private readonly uploads: MediaUploads,
    private readonly transactions: Transactions,
    private readonly observer: SignUpObserver,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Step 1: checks everything and writes nothing. `from` is the address that pays for it. */
  async validate(request: EncodedContainer, from: string): Promise<ValidatedSignUp> {
    const signUp = await this.applicants.checkContent(await this.applicants.admit(request, from));
    await this.applicants.refuseThemself(signUp);
    const token = await this.session.issue({ signedContent: request.signed_content, now: signUp.now });
    this.observer.validated();
    return { person: answeredPerson(signUp.content.person, signUp.applicant.person), token };
  }

  /**
   * Step 2: writes the person, the verifications, the relationship, the method, the user and the token, all or nothing. The
   * last three wait for the approval of the relationship when the person is guarded.
   *
   * The signed content is stored before the transaction, so that no connection is held meanwhile, under ids that follow
   * from the plan. Behind a lock the plan is made once more: if it differs because somebody else was faster, the stored
   * object is discarded and everything starts again.
   */
  async register(request: RegistrationRequest, from: string): Promise<RegisteredPatient> {
    const admitted = await this.applicants.admit(request, from);
    await this.session.check(request.jwt, { signedContent: request.signed_content, now: admitted.now });
    const signUp = await this.applicants.checkContent(admitted);
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      const registered = await this.attempt(signUp);
      if (registered !== undefined) return registered;
    }
    throw contended();
  }

  /** Undefined when the registry changed before the lock was taken. */
  private async attempt(signUp: CheckedSignUp): Promise<RegisteredPatient | undefined> {
    const plan = await this.planner.plan(this.transactions, signUp);
    const ids = newIdsFor(plan);
    const uploadId = await this.storeSignedContent(signUp, plan, ids);
    let registered: RegisteredPatient | undefined;
    try {
      registered = await this.transactions.inTransaction((sql) =>
        this.writeBehindLock(sql, signUp, { plan, ids, uploadId }),
      );
      if (registered !== undefined)
        this.observer.registered({ plan, personId: ids.personId, userId: registered.user?.id });
      return registered;
    } catch (error) {
      if (isLockTimeout(error)) throw contended();
      throw error;
    } finally {
      // Also when the commit was not acknowledged: an object that is needed is no longer in the upload log.
      if (registered === undefined && uploadId !== undefined) await this.uploads.discard(uploadId);
    }
  }

  private async writeBehindLock(
    sql: Sql,
    signUp: CheckedSignUp,
    { plan, ids, uploadId }: { plan: RegistrationPlan; ids: RegistrationIds; uploadId: string | undefined },
  ): Promise<RegisteredPatient | undefined> {
    const { person } = signUp.content;
    await this.persons.lockMatches(sql, person, [signUp.contentSha256]);
    const planBehindLock = await this.planner.plan(sql, signUp);
    if (!isSamePlan(plan, planBehindLock)) return undefined;
    if (uploadId !== undefined) await this.uploads.keep(sql, uploadId);
    const granted = await this.planner.carryOut(sql, signUp, { plan: planBehindLock, ids });
    return {
      person: { ...answeredPerson(person, signUp.applicant.person), id: ids.personId },
      user: granted && { id: granted.user.id, tax_id: answeredTaxId(granted.user, person) },
      access_token: granted && granted.token,
      access: granted === null ? 'after_approval' : 'granted',
    };
  }

  /** The id of the upload; undefined when nothing needs the content. */
  private async storeSignedContent(
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

/** The names of the confidant person are not masked: it is they who signed. */
function answeredPerson(
  { secret: _, ...person }: PersonRequest,
  { firstName, lastName, secondName }: RegisteredPerson,
): AnsweredPerson {
  const names = { first_name: firstName, last_name: lastName, second_name: secondName };
  return { ...person, confidant_person: { ...person.confidant_person, ...names } };
}

/** A number that the applicant did not send is left out: it is not verified yet that they act for the person. */
function answeredTaxId({ taxId }: UserAccount, { tax_id: sent }: PersonRequest): string {
  return taxId !== null && taxId === sent ? taxId : '';
}

function contended(): Refusal {
  return new Refusal('registration_contended', { retryAfterSeconds: RETRY_AFTER_SECONDS });
}
