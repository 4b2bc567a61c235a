import { Inject, Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { ThrottlerModule } from '@nestjs/throttler';
import type { Settings } from '../config/settings.schema';
import { SETTINGS } from '../config/settings.module';
import { ConfidantRelationshipsModule } from '../confidant-relationships';
import { PurgeRegistry } from '../jobs';
import { MediaStorageModule } from '../media-storage';
import { MithrilModule, oldTokens } from '../mithril';
import { SignedContentModule } from '../signed-content';
import { VerificationsModule } from '../verifications';
import { PersonLookupController } from './admin/person-lookup.controller';
import { PersonLookupRepository } from './person-lookup.repository';
import { PersonLookup } from './person-lookup.service';
import { PersonRepository } from './person.repository';
import { PersonSearchRepository } from './person-search.repository';
import { PersonsService } from './persons.service';
import { oldSignUps, RegistrationRepository } from './sign-up/registration.repository';
import { ApplicantService } from './sign-up/applicant.service';
import { ConfidantSignUpController } from './sign-up/confidant-sign-up.controller';
import { RegistrationPlanner } from './sign-up/registration-planner.service';
import { RegistrationService } from './sign-up/registration.service';
import { SignUpLimits } from './sign-up/sign-up-limit.guard';
import { SignUpObserver } from './sign-up/sign-up-observer';
import { SignUpSession } from './sign-up/sign-up-session';

/** Registers what is purged. `mithril` is beside `jobs` and does not import it, so its old rows are registered here. */
@Injectable()
class PersonPurges implements OnModuleInit {
  constructor(
    private readonly purges: PurgeRegistry,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  onModuleInit(): void {
    const batch = this.settings.RETENTION_BATCH_SIZE;
    this.purges.add(
      oldTokens({ days: this.settings.RETENTION_TOKENS_DAYS, batch }),
      oldSignUps({ days: this.settings.RETENTION_SIGN_UPS_DAYS, batch }),
    );
  }
}

/** Patients: search, matching and sign-up. */
@Module({
  imports: [
    ThrottlerModule.forRootAsync({ useClass: SignUpLimits }),
    VerificationsModule,
    ConfidantRelationshipsModule,
    MithrilModule,
    SignedContentModule,
    MediaStorageModule,
  ],
  controllers: [ConfidantSignUpController, PersonLookupController],
  providers: [
    PersonsService,
    PersonRepository,
    PersonSearchRepository,
    PersonLookup,
    PersonLookupRepository,
    RegistrationService,
    RegistrationPlanner,
    ApplicantService,
    RegistrationRepository,
    SignUpSession,
    SignUpObserver,
    PersonPurges,
  ],
  exports: [PersonLookup],
})
export class PersonsModule {}
