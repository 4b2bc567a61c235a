import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { ThrottlerModule } from '@nestjs/throttler';
import type { Settings } from '../config/env';
import { SETTINGS } from '../config/settings.module';
import { ConfidantRelationshipsModule } from '../confidant-relationships';
import { PurgeList } from '../jobs';
import { MediaStorageModule } from '../media-storage';
import { MithrilModule, oldTokens } from '../mithril';
import { SignedContentModule } from '../signed-content';
import { VerificationsModule, type VerificationsChoices } from '../verifications';
import { FindRegisteredPerson } from './find-registered-person';
import { PersonRepository } from './person.repository';
import { PersonSearchRepository } from './person-search.repository';
import { RegisterPerson } from './register-person';
import { RegistrationParametersRepository } from './registration-parameters.repository';
import { AdmitApplicant } from './sign-up/admit-applicant';
import { CheckSignUpContent } from './sign-up/check-sign-up-content';
import { ConfidantSignUpController } from './sign-up/confidant-sign-up.controller';
import { ObserveSignUps } from './sign-up/observe-sign-ups';
import { oldSignUps } from './sign-up/old-sign-ups';
import { PlanRegistration } from './sign-up/plan-registration';
import { RegisterPatient } from './sign-up/register-patient';
import { SessionToken } from './sign-up/session-token';
import { SignUpRepository } from './sign-up/sign-up.repository';
import { ValidateSignUp } from './sign-up/validate-sign-up';
import { WriteRegistration } from './sign-up/write-registration';

const MINUTE_MS = 60_000;

const limits = ThrottlerModule.forRootAsync({
  inject: [SETTINGS],
  useFactory: ({ SIGN_UP_REQUESTS_PER_MINUTE: limit }: Settings) => [{ ttl: MINUTE_MS, limit }],
});

const OLD_ROWS = Symbol('OLD_ROWS');

/** The room of tokens stands beside that of jobs and does not know it: what it offers is put in here. */
const oldRows: Provider = {
  provide: OLD_ROWS,
  inject: [PurgeList, SETTINGS],
  useFactory: (tables: PurgeList, settings: Settings) => {
    const batch = settings.RETENTION_BATCH_SIZE;
    tables.add(
      oldTokens({ days: settings.RETENTION_TOKENS_DAYS, batch }),
      oldSignUps({ days: settings.RETENTION_SIGN_UPS_DAYS, batch }),
    );
    return tables;
  },
};

/** Patients: how one is registered, and how he is found again. */
@Module({})
export class PersonsModule {
  static of(choices: VerificationsChoices): DynamicModule {
    return {
      module: PersonsModule,
      imports: [
        limits,
        VerificationsModule.of(choices),
        ConfidantRelationshipsModule,
        MithrilModule,
        SignedContentModule,
        MediaStorageModule.of({ works: choices.works }),
      ],
      controllers: [ConfidantSignUpController],
      providers: [
        PersonRepository,
        PersonSearchRepository,
        RegistrationParametersRepository,
        SignUpRepository,
        FindRegisteredPerson,
        RegisterPerson,
        AdmitApplicant,
        CheckSignUpContent,
        SessionToken,
        ObserveSignUps,
        PlanRegistration,
        WriteRegistration,
        RegisterPatient,
        ValidateSignUp,
        oldRows,
      ],
    };
  }
}
