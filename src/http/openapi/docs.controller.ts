import { Controller, Get, Header, type StreamableFile } from '@nestjs/common';
import { WithoutToken } from '../access';
import { WithoutEnvelope } from '../envelope.interceptor';
import { Describes } from './description';
import { DOCUMENT_OF_CALLS, PAGE_OF_CALLS, SCRIPT_OF_PAGE, STYLE_OF_PAGE } from './docs.dto';
import { DRAW, fileOfPackage, PAGE, PAGE_POLICY } from './docs-page';
import { OpenApi, type OpenApiDocument } from './open-api';

const HTML = 'text/html; charset=utf-8';
const CSS = 'text/css; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';

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
