import { Controller, Delete, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { Request } from 'express';
import { AnswerYesOrNo, NeedsToken, tokenOf } from '../http';
import { TokenRepository } from './token.repository';

/** The token of the call has ended. */
class RevokedTokenDto {
  @AnswerYesOrNo({ description: 'Always true.' })
  revoked!: boolean;
}

/** The token that a call bears. */
@Controller('api/token')
export class TokenController {
  constructor(private readonly tokens: TokenRepository) {}

  @Delete()
  @NeedsToken()
  @ApiOperation({
    summary: 'Signs out: revokes the token of this call',
    description: 'From this answer on every call refuses the token, a repetition of this call too.',
  })
  @ApiOkResponse({ type: RevokedTokenDto, example: { revoked: true } })
  async revoke(@Req() request: Request): Promise<RevokedTokenDto> {
    await this.tokens.revoke(tokenOf(request));
    return { revoked: true };
  }
}
