export { InitialVerifications, type NewPersonFacts } from './initial-verifications.service';
export { PersonDataChanged, type ChangedData } from './stream-restart.service';
export { RequeueCheck, type RepeatAsked } from './stream-restart.service';
export { VERIFICATION_JOBS } from './stream-registry';
export { CHECKS, VerificationsModule, VerificationsWorkerModule } from './verifications.module';
