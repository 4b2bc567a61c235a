import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { Describes, parseBody, WithoutToken } from '../../http';
import { REGISTRATION, SIGN_UP_VALIDATION } from './described-sign-up.dto';
import { LimitSignUpsGuard } from './limit-sign-ups.guard';
import { ObserveSignUps } from './observe-sign-ups';
import { RegisterPatient, type RegisteredPatient } from './register-patient';
import { REGISTER_BODY, SIGN_UP_BODY } from './sign-up-body.dto';
import { ValidateSignUp, type ValidatedSignUp } from './validate-sign-up';

/** A patient is signed up by his confidant person. The calls carry no token: they prove themselves by signature. */
@WithoutToken()
@UseGuards(LimitSignUpsGuard)
@Controller('api/pis/confidant')
export class ConfidantSignUpController {
  constructor(
    private readonly validateSignUp: ValidateSignUp,
    private readonly registerPatient: RegisterPatient,
    private readonly observe: ObserveSignUps,
  ) {}

  @Post('sign-up_validation')
  @HttpCode(200)
  @Describes(SIGN_UP_VALIDATION)
  validate(@Body() body: unknown): Promise<ValidatedSignUp> {
    return this.observe.refusalsOf('validation', async () =>
      this.validateSignUp.run(parseBody(SIGN_UP_BODY, body)),
    );
  }

  @Post('register')
  @Describes(REGISTRATION)
  register(@Body() body: unknown): Promise<RegisteredPatient> {
    return this.observe.refusalsOf('registration', async () =>
      this.registerPatient.run(parseBody(REGISTER_BODY, body)),
    );
  }
}
