import { Controller, Get, NotFoundException, Param, Req, Res, StreamableFile } from '@nestjs/common';
import type { Request, Response } from 'express';
import { NotDescribed, WithoutEnvelope, WithoutToken } from '../../http';
import { Assets } from './assets.service';

/** The longest that browsers keep anything. */
const A_YEAR_SECONDS = 31_536_000;

/** Styles and scripts. They show nobody, so they ask for no session. */
@Controller('console/assets')
@NotDescribed()
@WithoutToken()
@WithoutEnvelope()
export class AssetsController {
  constructor(private readonly assets: Assets) {}

  @Get(':name')
  asset(
    @Param('name') name: string,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): StreamableFile {
    const asset = this.assets.named(name);
    if (asset === undefined) throw new NotFoundException();
    response.set({
      'Cache-Control': `public, max-age=${A_YEAR_SECONDS}, immutable`,
      Vary: 'Accept-Encoding',
    });
    if (request.acceptsEncodings('gzip') === false)
      return new StreamableFile(asset.bytes, { type: asset.type });
    response.set('Content-Encoding', 'gzip');
    return new StreamableFile(asset.gzipped, { type: asset.type });
  }
}
