import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { Needs } from '../http';
import { RegisterStateRepository } from './limiter/register-state.repository';
import { REGISTER_EXAMPLE, RegisterDto, registerDto } from './register.dto';

/** What all workers share about the register. */
@Controller('api/admin/register')
export class RegisterController {
  constructor(private readonly states: RegisterStateRepository) {}

  @Get()
  @Needs('job:read', { of: 'NHS' })
  @ApiOperation({
    summary: 'Circuit breakers, permits and rate of the register',
    description: 'As all workers share them. A circuit breaker opens and closes by itself.',
  })
  @ApiOkResponse({ type: RegisterDto, example: REGISTER_EXAMPLE })
  async read(): Promise<RegisterDto> {
    return registerDto(await this.states.read());
  }
}
