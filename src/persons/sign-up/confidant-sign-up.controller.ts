import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { Describes, parseBody, WithoutToken } from '../../http';
import { REGISTRATION, SIGN_UP_VALIDATION } from './described-sign-up.dto';
import { SignUpLimitGuard } from './sign-up-limit.guard';
import { SignUpObserver } from './sign-up-observer';
import { type RegisteredPatient, RegistrationService, type ValidatedSignUp } from './registration.service';
import { REGISTER_BODY, SIGN_UP_BODY } from './sign-up-body.dto';

/** A confidant person signs a patient up. The calls carry no token: their proof is the signature. */
@WithoutToken()
@UseGuards(SignUpLimitGuard)
@Controller('api/pis/confidant')
export class ConfidantSignUpController {
  constructor(
    private readonly registrations: RegistrationService,
    private readonly observer: SignUpObserver,
  ) {}

  @Post('sign-up_validation')
  @HttpCode(200)
  @Describes(SIGN_UP_VALIDATION)
  validate(@Body() body: unknown): Promise<ValidatedSignUp> {
    return this.observer.countRefusals('validation', async () =>
      this.registrations.validate(parseBody(SIGN_UP_BODY, body)),
    );
  }

  @Post('register')
  @Describes(REGISTRATION)
  register(@Body() body: unknown): Promise<RegisteredPatient> {
    return this.observer.countRefusals('registration', async () =>
      this.registrations.register(parseBody(REGISTER_BODY, body)),
    );
  }
}
