export type { TechnicalErrorKind } from '../domain/verification/technical-error';
export type { CallEnd } from './limiter/limiter.rules';
export type { Permit, Turn } from './limiter/permit-queue';
export { RegisterLimiter } from './limiter/register-limiter.service';
export {
  type MethodState,
  type RegisterState,
  RegisterStateRepository,
} from './limiter/register-state.repository';
export {
  MvsTrembitaClient,
  type PassportQuestion,
  type UnzrCheck,
  type UnzrQuestion,
} from './mvs-trembita.client';
export { MvsTrembitaModule } from './mvs-trembita.module';
export type { CallFacts, CallOutcome } from './register-call.service';
export type { RegisterMethod } from './register-methods.table';
export type { FoundOrNot } from './soap/answer-reader';
export { UnsendableText } from './soap/envelope';
export type { UnknownFields, UnzrAnswer, UnzrDocument, WireValue } from './soap/unzr-answer';
export { TrembitaSettings, type MethodSettings } from './trembita.settings';
