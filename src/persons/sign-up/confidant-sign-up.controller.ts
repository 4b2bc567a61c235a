import { Body, Controller, HttpCode, Ip, Post, UseGuards, UseInterceptors } from '@nestjs/common';
import { ApiBody, ApiCreatedResponse, ApiExtraModels, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { AcceptsBodyOf, limitedAddress, Refuses, WithoutToken } from '../../http';
import { type RegisteredPatient, RegistrationService, type ValidatedSignUp } from './registration.service';
import { SignUpLimitGuard } from './sign-up-limit.guard';
import { SignUpRefusalsInterceptor, SignUpStep } from './sign-up-observer';
import {
  REGISTERED_PATIENT_EXAMPLE,
  RegisteredPatientDto,
  REGISTRATION_EXAMPLE,
  REGISTRATION_REFUSALS,
  RegistrationDto,
  SIGN_UP_EXAMPLE,
  SIGN_UP_REFUSALS,
  SignedContent,
  SignUpValidationDto,
  VALIDATED_SIGN_UP_EXAMPLE,
  ValidatedSignUpDto,
} from './sign-up.dto';

/** A signed document with its certificates and revocation lists, in base64. */
const LARGEST_BODY_BYTES = 2 * 1024 * 1024;

const WHAT_IS_SIGNED = 'What is signed is JSON of the schema SignedContent.';

/** A confidant person signs up a patient. The calls carry no token: their signature proves who makes them. */
@WithoutToken()
@AcceptsBodyOf(LARGEST_BODY_BYTES)
@UseGuards(SignUpLimitGuard)
@UseInterceptors(SignUpRefusalsInterceptor)
@ApiExtraModels(SignedContent)
@Controller('api/pis/confidant')
export class ConfidantSignUpController {
  constructor(private readonly registrations: RegistrationService) {}

  @Post('sign-up_validation')
  @HttpCode(200)
  @SignUpStep('validation')
  @ApiOperation({
    summary: 'Step 1 of a sign-up: everything is checked and nothing is written',
    description: `${WHAT_IS_SIGNED} The token is good for step 2 with the same content.`,
  })
  @ApiBody({ type: SignUpValidationDto, examples: { body: { value: SIGN_UP_EXAMPLE } } })
  @ApiOkResponse({ type: ValidatedSignUpDto, example: VALIDATED_SIGN_UP_EXAMPLE })
  @Refuses(...SIGN_UP_REFUSALS)
  validate(@Body() body: SignUpValidationDto, @Ip() ip: string): Promise<ValidatedSignUp> {
    return this.registrations.validate(body, limitedAddress(ip));
  }

  @Post('register')
  @SignUpStep('registration')
  @ApiOperation({
    summary: 'Step 2 of a sign-up: registers the person, or finds them, all or nothing',
    description: `${WHAT_IS_SIGNED} Sent again after a lost answer it finds what it made.`,
  })
  @ApiBody({ type: RegistrationDto, examples: { body: { value: REGISTRATION_EXAMPLE } } })
  @ApiCreatedResponse({ type: RegisteredPatientDto, example: REGISTERED_PATIENT_EXAMPLE })
  @Refuses(...REGISTRATION_REFUSALS)
  register(@Body() body: RegistrationDto, @Ip() ip: string): Promise<RegisteredPatient> {
    return this.registrations.register(body, limitedAddress(ip));
  }
}
