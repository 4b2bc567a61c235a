export { describeError, LOGGED_AS, type LoggedWords } from './error-description';
export { Log, logUncaughtErrors, onBehalfOf } from './log';
export type { LogFields } from './log-fields';
export { Metrics, startAtZero } from './metrics';
export { NestLog } from './nest-log';
export { ObservabilityModule } from './observability.module';
export { type SpanFacts, tracing } from './spans';
