export { BeginVerifications, type BegunPerson } from './begin-verifications';
export { PersonDataChanged, type ChangedData } from './person-data-changed';
export { RequeueCheck, type RepeatAsked } from './requeue-check';
export { VERIFICATION_JOBS } from './streams';
export { CHECKS, VerificationsModule, type VerificationsChoices } from './verifications.module';
