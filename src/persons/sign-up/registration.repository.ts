import { Inject, Injectable } from '@nestjs/common';
import type { Settings } from '../../config/settings.schema';
import { SETTINGS } from '../../config/settings.module';
import type { Sql, Statement } from '../../database/transactions';
import {
  PARAMETER_DEFAULTS,
  type ParameterName,
  parameterOf,
  type RegistrationParameters,
} from '../../domain/person/registration.rules';
import { agedRows, type Retention, type OldRows } from '../../database/old-rows';

/** The person and the user that a signed content led to. */
export interface RememberedSignUp {
  readonly contentSha256: string;
  readonly personId: string;
  /** Null when a relationship is to be approved first. */
  readonly userId: string | null;
  /** Whether this content registered the person, who was unknown before. */
  readonly isNewPerson: boolean;
}

/** The person that a signed content led to before. */
export interface SignedUpPerson {
  readonly personId: string;
  /** Whether this content registered them. */
  readonly isCreator: boolean;
}

const PARAMETERS: Statement = {
  name: 'registration_parameters',
  text: `SELECT parameter, value FROM prm.global_parameters WHERE parameter = ANY ($1::varchar[])`,
};

/** Not a person deactivated since: a new sign-up registers a new person. */
const PERSON_OF_CONTENT = {
  name: 'sign_up_person_of_content',
  text: `
    SELECT s.person_id AS "personId", s.created_person AS "isCreator" FROM mpi.sign_ups s
      JOIN mpi.persons p ON p.id = s.person_id AND p.status = 'active' AND p.is_active
     WHERE s.content_sha256 = $1::varchar`,
};

const REMEMBER = {
  name: 'sign_up_remember',
  text: `
    INSERT INTO mpi.sign_ups (content_sha256, person_id, user_id, created_person)
    VALUES ($1::varchar, $2::uuid, $3::uuid, $4::boolean)
    ON CONFLICT (content_sha256) DO UPDATE
      SET person_id = excluded.person_id, user_id = excluded.user_id, updated_at = now(),
          created_person = excluded.created_person
                           OR (sign_ups.created_person AND sign_ups.person_id = excluded.person_id)
      WHERE (sign_ups.person_id, sign_ups.user_id) IS DISTINCT FROM (excluded.person_id, excluded.user_id)`,
};

/** The parameters of registration, and which signed content led to which person. */
@Injectable()
export class RegistrationRepository {
  constructor(@Inject(SETTINGS) private readonly settings: Settings) {}

  /** Reads the parameters anew for every request: administrators change them while the program runs. */
  async parameters(sql: Sql): Promise<RegistrationParameters> {
    const names = Object.keys(PARAMETER_DEFAULTS);
    const rows = await sql.query<{ parameter: string; value: string | null }>(PARAMETERS, [names]);
    const set = new Map(rows.map(({ parameter, value }) => [parameter, value]));
    const wholeOf = (name: ParameterName): number => parameterOf(name, set.get(name));
    return {
      noSelfAuthAge: wholeOf('no_self_auth_age'),
      noSelfRegistrationAge: wholeOf('no_self_registration_age'),
      personFullLegalCapacityAge: wholeOf('person_full_legal_capacity_age'),
      thirdPersonLimit: wholeOf('third_person_limit'),
      personLegalCapacityDocumentTypes: this.settings.PERSON_LEGAL_CAPACITY_DOCUMENT_TYPES,
      personRegistrationDocumentTypes: this.settings.PERSON_REGISTRATION_DOCUMENT_TYPES,
      noSelfAuthAgeDocumentTypes: this.settings.NO_SELF_AUTH_AGE_DOCUMENT_TYPES,
      selfAuthAgeDocumentTypes: this.settings.SELF_AUTH_AGE_DOCUMENT_TYPES,
    };
  }

  /** The person that the same signed content led to before. */
  async personOf(sql: Sql, contentSha256: string): Promise<SignedUpPerson | undefined> {
    const [row] = await sql.query<SignedUpPerson & Record<string, unknown>>(PERSON_OF_CONTENT, [
      contentSha256,
    ]);
    return row;
  }

  /** So that the same content, sent again, finds what it made. */
  async remember(sql: Sql, signUp: RememberedSignUp): Promise<void> {
    const { contentSha256, personId, userId, isNewPerson } = signUp;
    await sql.query(REMEMBER, [contentSha256, personId, userId, isNewPerson]);
  }
}

/** Sign-ups whose signed content cannot be sent again, because its signature is too old by then. */
export function oldSignUps(keeping: Retention): OldRows {
  return agedRows({ ...keeping, schema: 'mpi', table: 'sign_ups', ageColumn: 'updated_at' });
}
