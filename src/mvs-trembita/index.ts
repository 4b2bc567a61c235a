export type { CallFacts, CallLog } from './call-log';
export type { TechnicalErrorKind } from '../domain/technical-error';
export type { CallOutcome } from './call-outcome';
export {
  MvsTrembita,
  type MvsTrembitaParts,
  type PassportQuestion,
  type UnzrCheck,
  type UnzrQuestion,
} from './mvs-trembita.client';
export { CLAIM_GATE, type ClaimGate } from './gate/claim-gate';
export { MvsTrembitaModule } from './mvs-trembita.module';
export type { CallEnd, Permit, RegisterGate, RegisterMethod } from './register-gate';
export type { FoundOrNot } from './soap/read-status';
export type { UnknownFields, UnzrAnswer, UnzrDocument, WireValue } from './soap/unzr-answer';
export { UnsendableText } from './soap/xml-text';
export { trembitaSettings, type MethodSettings, type TrembitaSettings } from './trembita-settings';
