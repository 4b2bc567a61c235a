export { InitialVerifications, type NewPersonFacts } from './initial-verifications.service';
export { type ChangedData, type RepeatAsked, StreamRestartService } from './stream-restart.service';
export { VerificationsModule, VerificationsWorkerModule } from './verifications.module';
