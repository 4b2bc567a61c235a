export { InitialVerifications, type NewPersonFacts } from './initial-verifications.service';
export { VERIFICATION_JOBS } from './stream-registry';
export { type ChangedData, type RepeatAsked, StreamRestartService } from './stream-restart.service';
export { VerificationsModule, VerificationsWorkerModule } from './verifications.module';
