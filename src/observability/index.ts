export { describeError, LOGGED_AS, type LoggedWords } from './describe-error';
export type { LogFields } from './keep-allowed-fields';
export { Log, openLog } from './log';
export { Metrics } from './metrics';
export { NestLog } from './nest-log';
export { ObservabilityModule } from './observability.module';
export { onBehalfOf } from './request-context';
export { startAtZero } from './start-at-zero';
export { watchForStrayErrors } from './watch-for-stray-errors';
