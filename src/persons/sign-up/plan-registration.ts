import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Sql } from '../../database/transactions';
import { ageInYears } from '../../domain/calendar-day';
import type { PersonRequest } from '../../domain/person/person-request';
import { Refusal } from '../../domain/refusal';
import { CheckRelationship, CreateRelationship } from '../../confidant-relationships';
import { type UserAccount, UserRepository } from '../../mithril';
import { FindRegisteredPerson } from '../find-registered-person';
import { PersonRepository, type RegisteredPerson } from '../person.repository';
import type { AdmittedSignUp } from './admit-applicant';
import { SignUpRepository } from './sign-up.repository';

/** What a registration is going to write. Empty is what is there already and stays as it is. */
export interface RegistrationPlan {
  /** Who was found; empty when he is to be created. */
  readonly found: RegisteredPerson | null;
  /** Whether the relationship to the confidant is to be created. */
  readonly createsRelationship: boolean;
  /** The user of who was found; empty when one is to be created. */
  readonly foundUser: UserAccount | null;
}

/** Ids are made before anything is written, because the signed content is kept under them first. */
export interface RegistrationIds {
  readonly personId: string;
  readonly relationshipId: string;
  readonly userId: string;
}

/** Whether two looks at the registry, before and after its door was locked, lead to the same registration. */
export function isSamePlan(one: RegistrationPlan, other: RegistrationPlan): boolean {
  return (
    one.found?.id === other.found?.id &&
    one.createsRelationship === other.createsRelationship &&
    one.foundUser?.id === other.foundUser?.id
  );
}

export function newIdsFor({ found, foundUser }: RegistrationPlan): RegistrationIds {
  return {
    personId: found?.id ?? randomUUID(),
    relationshipId: randomUUID(),
    userId: foundUser?.id ?? randomUUID(),
  };
}

/** Looks who is there already and refuses what may not be; writes nothing. */
@Injectable()
export class PlanRegistration {
  constructor(
    private readonly findPerson: FindRegisteredPerson,
    private readonly persons: PersonRepository,
    private readonly signUps: SignUpRepository,
    private readonly checkRelationship: CheckRelationship,
    private readonly createRelationship: CreateRelationship,
    private readonly users: UserRepository,
  ) {}

  async run(sql: Sql, signUp: AdmittedSignUp, person: PersonRequest): Promise<RegistrationPlan> {
    const found = await this.registeredPerson(sql, signUp, person);
    const createsRelationship = await this.needsRelationship(sql, signUp, found);
    const user = found === null ? undefined : await this.users.ofPerson(sql, found.id);
    if (user?.isBlocked === true) throw new Refusal('user_blocked');
    return { found, createsRelationship, foundUser: user ?? null };
  }

  private async registeredPerson(
    sql: Sql,
    signUp: AdmittedSignUp,
    person: PersonRequest,
  ): Promise<RegisteredPerson | null> {
    const id = await this.registeredId(sql, signUp, person);
    // Who was deactivated between the two looks is not found any more.
    return id === undefined ? null : ((await this.persons.active(sql, id)) ?? null);
  }

  /** The same signed content leads to the same person, whatever the score. */
  private async registeredId(
    sql: Sql,
    { contentSha256, today }: AdmittedSignUp,
    person: PersonRequest,
  ): Promise<string | undefined> {
    const signedUp = await this.signUps.personOf(sql, contentSha256);
    if (signedUp !== undefined) return signedUp;
    const match = await this.findPerson.run(sql, person, today);
    if (match.kind === 'several') throw new Refusal('person_not_unique');
    return match.kind === 'one' ? match.personId : undefined;
  }

  private async needsRelationship(
    sql: Sql,
    signUp: AdmittedSignUp,
    found: RegisteredPerson | null,
  ): Promise<boolean> {
    const { applicant, today } = signUp;
    const confidantPersonId = applicant.person.id;
    if (found !== null) {
      const between = { personId: found.id, confidantPersonId, today };
      if ((await this.checkRelationship.run(sql, between)) !== 'not_found') return false;
      await this.refuseFullLegalCapacity(sql, signUp, found);
    }
    await this.createRelationship.refuseUnlessAllowed(sql, {
      personId: found?.id ?? null,
      confidantPersonId,
      today,
    });
    return true;
  }

  /** Somebody under age who has proved full legal capacity acts for himself. */
  private async refuseFullLegalCapacity(
    sql: Sql,
    { today, parameters }: AdmittedSignUp,
    found: RegisteredPerson,
  ): Promise<void> {
    const ageYears = ageInYears(found.birthDate, today);
    if (ageYears <= parameters.noSelfRegistrationAge || ageYears >= parameters.personFullLegalCapacityAge)
      return;
    const types = parameters.personLegalCapacityDocumentTypes;
    if (await this.persons.hasProvedLegalCapacity(sql, found.id, types))
      throw new Refusal('legal_capacity_proved');
  }
}
