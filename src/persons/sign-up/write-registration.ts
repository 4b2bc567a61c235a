import { Inject, Injectable } from '@nestjs/common';
import type { Settings } from '../../config/env';
import { SETTINGS } from '../../config/settings.module';
import type { Sql } from '../../database/transactions';
import { Refusal } from '../../domain/refusal';
import { CreateRelationship } from '../../confidant-relationships';
import { TokenService, type UserAccount, UserRepository } from '../../mithril';
import type { RegisteredPerson } from '../person.repository';
import { RegisterPerson } from '../register-person';
import type { CheckedSignUp } from './check-sign-up-content';
import type { RegistrationIds, RegistrationPlan } from './plan-registration';
import { SignUpRepository } from './sign-up.repository';

/** What the new patient's app may do with its token: ask him to authorise it. */
const GRANT_TYPE = 'pis_auth';
const SCOPE = 'app:authorize';

interface Planned {
  readonly plan: RegistrationPlan;
  readonly ids: RegistrationIds;
}

/** Writes a planned registration in the caller's transaction, behind the caller's lock. */
@Injectable()
export class WriteRegistration {
  constructor(
    private readonly registerPerson: RegisterPerson,
    private readonly createRelationship: CreateRelationship,
    private readonly users: UserRepository,
    private readonly tokens: TokenService,
    private readonly signUps: SignUpRepository,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async run(
    sql: Sql,
    signUp: CheckedSignUp,
    planned: Planned,
  ): Promise<{ user: UserAccount; token: string }> {
    const { content, parameters, now, contentSha256 } = signUp;
    const { plan, ids } = planned;
    const actorId = signUp.applicant.userId;
    if (plan.found === null)
      await this.registerPerson.run(sql, { id: ids.personId, content, parameters, actorId, now });
    if (plan.createsRelationship) await this.relate(sql, signUp, planned);
    const user = await this.userOf(sql, signUp, planned);
    await this.signUps.remember(sql, { contentSha256, personId: ids.personId, userId: user.id });
    return { user, token: await this.tokenOf(sql, signUp, user.id) };
  }

  private async relate(sql: Sql, signUp: CheckedSignUp, { plan, ids }: Planned): Promise<void> {
    const { applicant, content, parameters, now } = signUp;
    const { confidant_person: confidant, birth_date, authentication_methods: methods } = content.person;
    await this.createRelationship.run(sql, {
      id: ids.relationshipId,
      personId: ids.personId,
      // The one that is kept: a match by document may differ in it.
      personBirthDate: plan.found?.birthDate ?? birth_date,
      confidantPersonId: applicant.person.id,
      relationType: confidant.relation_type,
      documents: confidant.documents_relationship,
      activeTo: confidant.active_to ?? null,
      alias: methods?.[0]?.alias ?? null,
      actorId: applicant.userId,
      now,
      parameters,
    });
  }

  /**
   * A new user is known by the patient's own tax number or by none, never by the applicant's. Other programs make users
   * too and do not know our lock: one who came between the plan and this may be blocked.
   */
  private async userOf(
    sql: Sql,
    { applicant, content }: CheckedSignUp,
    { plan, ids }: Planned,
  ): Promise<UserAccount> {
    if (plan.foundUser !== null) return plan.foundUser;
    const user = await this.users.create(sql, {
      id: ids.userId,
      personId: ids.personId,
      taxId: ownNumber(content.person.tax_id ?? null, plan.found),
      actorId: applicant.userId,
    });
    if (user.isBlocked) throw new Refusal('user_blocked');
    return user;
  }

  private tokenOf(sql: Sql, { applicant, now }: CheckedSignUp, userId: string): Promise<string> {
    const { PIS_CLIENT_ID: clientId, PIS_ACCESS_TOKEN_TTL_SECONDS: ttlSeconds } = this.settings;
    return this.tokens.issue(sql, {
      userId,
      clientId,
      grantType: GRANT_TYPE,
      scope: SCOPE,
      applicant: { userId: applicant.userId, personId: applicant.person.id },
      actorId: applicant.userId,
      expiresAt: new Date(now.getTime() + ttlSeconds * 1000),
    });
  }
}

/**
 * Of who was found only the number that the registry has of him: one that an applicant claims would let its owner sign
 * as somebody he may not even know.
 */
function ownNumber(claimed: string | null, found: RegisteredPerson | null): string | null {
  return found === null || found.taxId === claimed ? claimed : null;
}
