import { Inject, Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import type { Settings } from '../config/settings.schema';
import { SETTINGS } from '../config/settings.module';
import { GlobalParameter } from '../database/prm/global-parameter.entity';
import type { Sql } from '../database/transactions';
import type { RegistrationParameters } from '../domain/person/registration.rules';

/** Values for parameters that the registry's administrators have not set. Ages are whole years. */
const DEFAULTS = {
  no_self_auth_age: 14,
  no_self_registration_age: 14,
  person_full_legal_capacity_age: 18,
  third_person_limit: 150,
} as const;

type ParameterName = keyof typeof DEFAULTS;

const WHOLE = /^\d{1,4}$/;

/** Reads the parameters of registration for every request: administrators change them while the program runs. */
@Injectable()
export class RegistrationParametersRepository {
  constructor(@Inject(SETTINGS) private readonly settings: Settings) {}

  async read(sql: Sql): Promise<RegistrationParameters> {
    const names = Object.keys(DEFAULTS);
    const rows = await sql.repository(GlobalParameter).findBy({ parameter: In(names) });
    const set = new Map(rows.map(({ parameter, value }) => [parameter, value]));
    const wholeOf = (name: ParameterName): number => {
      const value = set.get(name) ?? String(DEFAULTS[name]);
      // A wrong age would refuse or admit the wrong people, so nobody is registered until it is corrected.
      if (!WHOLE.test(value)) throw new Error(`The global parameter ${name} is not a whole number.`);
      return Number(value);
    };
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
}
