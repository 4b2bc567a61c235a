export { RepeatDto } from './admin/verification.dto';
export type { CheckRequestRow, CheckState } from './check-request.repository';
export { CheckRequestService } from './check-request.service';
export { InitialVerifications, type NewPersonFacts } from './initial-verifications.service';
export { type ChangedData, type RepeatAsked, StreamRestartService } from './stream-restart.service';
export { type VerificationDetails, VerificationReader } from './verification-reader.service';
export { VerificationsModule, VerificationsWorkerModule } from './verifications.module';
