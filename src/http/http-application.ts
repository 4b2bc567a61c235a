import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Log, Metrics, NestLog } from '../observability';
import { OpenApi } from './openapi/open-api.service';
import { countRequests, identifyRequest, setHeaders, traceRequests } from './request.middleware';

/**
 * Creates the application, not yet listening. Errors at start are thrown to the caller, who logs them by the allow-list;
 * the framework would print them.
 */
export async function createApplication(
  root: Type | DynamicModule,
  log: Log,
): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(root, {
    bodyParser: false,
    logger: new NestLog(log),
    abortOnError: false,
  });
  configureApplication(app);
  return app;
}

/**
 * What every application needs that serves HTTP. It must have been created without a body parser: bodies are read behind
 * the guards.
 */
export function configureApplication(app: NestExpressApplication): void {
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(traceRequests, identifyRequest, countRequests(app.get(Log), app.get(Metrics)), setHeaders);
  app.get(OpenApi).describes(app);
}
