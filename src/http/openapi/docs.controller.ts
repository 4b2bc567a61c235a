import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { Controller, Get, Header, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty } from '@nestjs/swagger';
import { VERSION } from '../../config/own-settings';
import { WithoutToken } from '../access.decorator';
import { WithoutEnvelope } from '../envelope.interceptor';
import { AllowsMore } from './document.decorator';
import { OpenApi, type OpenApiDocument } from './open-api.service';
import { AllowsAnyQuery } from '../validation/request-validation.pipe';

const HTML = 'text/html; charset=utf-8';
const CSS = 'text/css; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';

/**
 * What the page may do: load what this server serves, and call it. Neither script nor style may be in the page itself;
 * the icons of the style sheet are images inside it.
 */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The page; swagger-ui draws everything on it from the document. */
const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Person verification</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="calls"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/draw.js"></script>
</body>
</html>
`;

/** Without a validator: the package would send the document to one of its own. */
const DRAW = `SwaggerUIBundle({ url: '/docs/openapi.json', dom_id: '#calls', validatorUrl: null });
`;

/** A file of the package, which only this page needs. */
function fileOfPackage(name: 'swagger-ui.css' | 'swagger-ui-bundle.js'): StreamableFile {
  const path = join(require.resolve('swagger-ui-dist/package.json'), '..', name);
  return new StreamableFile(createReadStream(path));
}

/** A document about a document: what is in it is published elsewhere. */
@AllowsMore()
class OpenApiDocumentDto {
  @ApiProperty({ type: String, pattern: '^3\\.1\\.\\d+$' })
  openapi!: string;

  @ApiProperty({
    type: 'object',
    properties: { title: { type: 'string' }, version: { type: 'string' } },
    required: ['title', 'version'],
    selfRequired: true,
  })
  info!: object;

  @ApiProperty({
    type: 'object',
    properties: {},
    additionalProperties: { type: 'object' },
    propertyNames: { pattern: '^\\/' },
  } as object)
  paths!: object;
}

const text = (media: string) =>
  ApiOkResponse({ content: { [media]: { schema: { type: 'string', minLength: 1 }, example: '…' } } });

/** The description of all calls, for people and for programs. It shows no person, so it asks for no token. */
@Controller('docs')
@WithoutToken()
@WithoutEnvelope()
@AllowsAnyQuery()
export class DocsController {
  constructor(private readonly openApi: OpenApi) {}

  @Get()
  @Header('Content-Type', HTML)
  @Header('Content-Security-Policy', PAGE_POLICY)
  @Header('Referrer-Policy', 'no-referrer')
  @ApiOperation({ summary: 'This page' })
  @text('text/html')
  page(): string {
    return PAGE;
  }

  @Get('openapi.json')
  @ApiOperation({ summary: 'This document' })
  @ApiOkResponse({
    type: OpenApiDocumentDto,
    example: { openapi: '3.1.1', info: { title: 'Person verification', version: VERSION }, paths: {} },
  })
  document(): OpenApiDocument {
    return this.openApi.document();
  }

  @Get('draw.js')
  @Header('Content-Type', SCRIPT)
  @ApiOperation({ summary: 'A script of the page' })
  @text('text/javascript')
  draw(): string {
    return DRAW;
  }

  @Get('swagger-ui-bundle.js')
  @Header('Content-Type', SCRIPT)
  @ApiOperation({ summary: 'A script of the page' })
  @text('text/javascript')
  script(): StreamableFile {
    return fileOfPackage('swagger-ui-bundle.js');
  }

  @Get('swagger-ui.css')
  @Header('Content-Type', CSS)
  @ApiOperation({ summary: 'The style sheet of the page' })
  @text('text/css')
  style(): StreamableFile {
    return fileOfPackage('swagger-ui.css');
  }
}
