import { Controller, Get, Header, StreamableFile } from '@nestjs/common';
import { WithoutToken } from '../access.decorator';
import { WithoutEnvelope } from '../envelope.interceptor';
import { Describes } from './description';
import { DOCUMENT_OF_CALLS, PAGE_OF_CALLS, SCRIPT_OF_PAGE, STYLE_OF_PAGE } from './docs.dto';
import { OpenApi, type OpenApiDocument } from './open-api';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';

const HTML = 'text/html; charset=utf-8';

const CSS = 'text/css; charset=utf-8';

const SCRIPT = 'text/javascript; charset=utf-8';

/**
 * What the page may do: load what this door serves, and ask it. Neither script nor style may stand in the page itself;
 * the icons of the style sheet are images inside it.
 */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The page; everything on it is drawn from the document by the package. */
export const PAGE = `<!doctype html>
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
export const DRAW = `SwaggerUIBundle({ url: '/docs/openapi.json', dom_id: '#calls', validatorUrl: null });
`;

/** A file of the package, which nothing but the page needs. */
export function fileOfPackage(name: 'swagger-ui.css' | 'swagger-ui-bundle.js'): StreamableFile {
  const path = join(require.resolve('swagger-ui-dist/package.json'), '..', name);
  return new StreamableFile(createReadStream(path));
}

/** What the calls are, for people and for programs. It tells of no person, so it asks for no token. */
@Controller('docs')
@WithoutToken()
@WithoutEnvelope()
export class DocsController {
  constructor(private readonly openApi: OpenApi) {}

  @Get()
  @Header('Content-Type', HTML)
  @Header('Content-Security-Policy', PAGE_POLICY)
  @Header('Referrer-Policy', 'no-referrer')
  @Describes(PAGE_OF_CALLS)
  page(): string {
    return PAGE;
  }

  @Get('openapi.json')
  @Describes(DOCUMENT_OF_CALLS)
  document(): OpenApiDocument {
    return this.openApi.document();
  }

  @Get('draw.js')
  @Header('Content-Type', SCRIPT)
  @Describes(SCRIPT_OF_PAGE)
  draw(): string {
    return DRAW;
  }

  @Get('swagger-ui-bundle.js')
  @Header('Content-Type', SCRIPT)
  @Describes(SCRIPT_OF_PAGE)
  script(): StreamableFile {
    return fileOfPackage('swagger-ui-bundle.js');
  }

  @Get('swagger-ui.css')
  @Header('Content-Type', CSS)
  @Describes(STYLE_OF_PAGE)
  style(): StreamableFile {
    return fileOfPackage('swagger-ui.css');
  }
}
