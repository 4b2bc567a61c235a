import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Settings } from '../../config/settings.schema';
import { SETTINGS } from '../../config/settings.module';
import { RelationshipService } from '../../confidant-relationships';
import type { Sql } from '../../database/transactions';
import { ageInYears } from '../../domain/calendar-day';
import { isGuarded, type RelationshipCheck } from '../../domain/confidant/relationship.rules';
import { Refusal } from '../../domain/refusal';
import { TokenRepository, type UserAccount, UserRepository } from '../../mithril';
import { PersonRepository, type RegisteredPerson } from '../person.repository';
import { PersonsService } from '../persons.service';
import type { CheckedSignUp } from './applicant.service';
import { RegistrationRepository } from './registration.repository';

/** What a registration will write, given what exists already. */
export interface RegistrationPlan {
  /** The registered person; null when one is to be created. */
  readonly found: RegisteredPerson | null;
  /** Whether the relationship to the confidant person is to be created. */
  readonly createsRelationship: boolean;
  /** The user of the registered person; null when one is to be created. */
  readonly foundUser: UserAccount | null;
  /** Whether the method, the user and the token wait until the relationship is approved. */
  readonly isGuarded: boolean;
}

/** What a registration gives the applicant; nothing while the person is guarded. */
export interface GrantedAccess {
  readonly user: UserAccount;
  readonly token: string;
}

interface FoundPerson {
  readonly person: RegisteredPerson;
  /** Whether the same signed content registered them. */
  readonly isCreatedByThis: boolean;
}

/** Chosen before anything is written, because the signed content is stored under them first. */
export interface RegistrationIds {
  readonly personId: string;
  readonly relationshipId: string;
  readonly userId: string;
}

interface Planned {
  readonly plan: RegistrationPlan;
  readonly ids: RegistrationIds;
}

/** What the new patient's app may do with its token: ask the patient to authorise it. */
const GRANT_TYPE = 'pis_auth';
const SCOPE = 'app:authorize';

/** Whether two plans, made before and behind the lock, lead to the same registration. */
export function isSamePlan(one: RegistrationPlan, other: RegistrationPlan): boolean {
  return (
    one.found?.id === other.found?.id &&
    one.createsRelationship === other.createsRelationship &&
    one.foundUser?.id === other.foundUser?.id &&
    one.isGuarded === other.isGuarded
  );
}

export function newIdsFor({ found, foundUser }: RegistrationPlan): RegistrationIds {
  return {
    personId: found?.id ?? randomUUID(),
    relationshipId: randomUUID(),
    userId: foundUser?.id ?? randomUUID(),
  };
}

/** Decides what a registration writes, and writes it. */
@Injectable()
export class RegistrationPlanner {
  constructor(
    private readonly personsService: PersonsService,
    private readonly persons: PersonRepository,
    private readonly registrations: RegistrationRepository,
    private readonly relationships: RelationshipService,
    private readonly users: UserRepository,
    private readonly tokens: TokenRepository,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Looks up who exists already, and refuses what is not allowed. Writes nothing. */
  async plan(sql: Sql, signUp: CheckedSignUp): Promise<RegistrationPlan> {
    const found = await this.foundPerson(sql, signUp);
    const person = found?.person ?? null;
    if (person?.id === signUp.applicant.person.id) throw new Refusal('confidant_is_patient');
    const relationship = await this.checkRelationship(sql, signUp, person);
    const user = person === null ? undefined : await this.users.ofPerson(sql, person.id);
    if (user?.isBlocked === true) throw new Refusal('user_blocked');
    return {
      found: person,
      createsRelationship: relationship === 'not_found',
      foundUser: user ?? null,
      isGuarded: found !== null && this.isGuarded(signUp, found, relationship),
    };
  }

  /** Writes a plan in the caller's transaction, behind the caller's lock. */
  async carryOut(sql: Sql, signUp: CheckedSignUp, planned: Planned): Promise<GrantedAccess | null> {
    const { content, parameters, now } = signUp;
    const { plan, ids } = planned;
    const actorId = signUp.applicant.userId;
    if (plan.found === null)
      await this.personsService.register(sql, { id: ids.personId, content, parameters, actorId, now });
    if (plan.createsRelationship) await this.relate(sql, signUp, planned);
    const user = plan.isGuarded ? null : await this.userOf(sql, signUp, planned);
    await this.registrations.remember(sql, {
      contentSha256: signUp.contentSha256,
      personId: ids.personId,
      userId: user?.id ?? null,
      isNewPerson: plan.found === null,
    });
    return user && { user, token: await this.tokenOf(sql, signUp, user.id) };
  }

  /** The same signed content leads to the same person, whatever the match score. */
  private async foundPerson(sql: Sql, signUp: CheckedSignUp): Promise<FoundPerson | null> {
    const signedUp = await this.registrations.personOf(sql, signUp.contentSha256);
    const id = signedUp?.personId ?? (await this.matchingId(sql, signUp));
    // A person deactivated between the two statements is not found any more.
    const person = id === undefined ? undefined : await this.persons.findActive(sql, id);
    return person === undefined ? null : { person, isCreatedByThis: signedUp?.isCreator === true };
  }

  private async matchingId(sql: Sql, { content, today }: CheckedSignUp): Promise<string | undefined> {
    const match = await this.personsService.findMatch(sql, content.person, today);
    if (match.kind === 'several') throw new Refusal('person_not_unique');
    return match.kind === 'one' ? match.personId : undefined;
  }

  private isGuarded(
    { today, parameters }: CheckedSignUp,
    { person, isCreatedByThis }: FoundPerson,
    relationship: RelationshipCheck,
  ): boolean {
    if (isCreatedByThis) return false;
    const { birthDate } = person;
    const { personFullLegalCapacityAge } = parameters;
    const ward = { birthDate, today, personFullLegalCapacityAge, relationship };
    return isGuarded(this.settings.SIGN_UP_REGISTERED_PERSONS, ward);
  }

  /** Refuses a relationship that is not there and may not be created. */
  private async checkRelationship(
    sql: Sql,
    signUp: CheckedSignUp,
    found: RegisteredPerson | null,
  ): Promise<RelationshipCheck> {
    const { applicant, today } = signUp;
    const confidantPersonId = applicant.person.id;
    if (found !== null) {
      const check = await this.relationships.check(sql, { personId: found.id, confidantPersonId, today });
      if (check !== 'not_found') return check;
      await this.refuseFullLegalCapacity(sql, signUp, found);
    }
    await this.relationships.refuseUnlessAllowed(sql, {
      personId: found?.id ?? null,
      confidantPersonId,
      today,
    });
    return 'not_found';
  }

  /** A person under age who has proved full legal capacity acts for themselves. */
  private async refuseFullLegalCapacity(
    sql: Sql,
    { today, parameters }: CheckedSignUp,
    found: RegisteredPerson,
  ): Promise<void> {
    const ageYears = ageInYears(found.birthDate, today);
    if (ageYears <= parameters.noSelfRegistrationAge || ageYears >= parameters.personFullLegalCapacityAge)
      return;
    const types = parameters.personLegalCapacityDocumentTypes;
    if (await this.persons.hasProvedLegalCapacity(sql, found.id, types))
      throw new Refusal('legal_capacity_proved');
  }

  private async relate(sql: Sql, signUp: CheckedSignUp, { plan, ids }: Planned): Promise<void> {
    const { applicant, content, parameters, now } = signUp;
    const { confidant_person: confidant, birth_date, authentication_methods: methods } = content.person;
    await this.relationships.create(sql, {
      id: ids.relationshipId,
      personId: ids.personId,
      // The registered one: a person matched by document may have another birth date.
      personBirthDate: plan.found?.birthDate ?? birth_date,
      confidantPersonId: applicant.person.id,
      relationType: confidant.relation_type,
      documents: confidant.documents_relationship,
      activeTo: confidant.active_to ?? null,
      alias: methods?.[0]?.alias ?? null,
      isOfNewPerson: plan.found === null,
      awaitsApproval: plan.isGuarded,
      actorId: applicant.userId,
      now,
      parameters,
    });
  }

  /**
   * A new user gets the patient's own tax number or none, never the applicant's. Other programs create users too, without
   * our lock: such a user, created after the plan, may be blocked.
   */
  private async userOf(sql: Sql, signUp: CheckedSignUp, { plan, ids }: Planned): Promise<UserAccount> {
    if (plan.foundUser !== null) return plan.foundUser;
    const { applicant, content } = signUp;
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
 * For a registered person only the number that the registry has: a number that the applicant claims would let its owner
 * sign as somebody they may not even know.
 */
function ownNumber(claimed: string | null, found: RegisteredPerson | null): string | null {
  return found === null || found.taxId === claimed ? claimed : null;
}
