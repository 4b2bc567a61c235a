export {
  ACCESS,
  type Access,
  CallerOf,
  CALLERS,
  type Callers,
  InternalOnly,
  Needs,
  NeedsToken,
  WithoutToken,
} from './access.decorator';
export { tokenOf } from './access.guard';
export { DeclaredCalls, UndecidedAccess } from './declared-calls.service';
export { WithoutEnvelope } from './envelope.interceptor';
export { configureApplication, createApplication } from './http-application';
export { type HttpAddresses, HttpServers, startListening } from './http-listener';
export { HttpModule } from './http.module';
export { AcceptsBodyOf, AcceptsForm } from './body.interceptor';
export {
  AllowsMore,
  AnswerDay,
  AnswerId,
  AnswerInteger,
  AnswerList,
  AnswerObject,
  AnswerSchema,
  AnswerText,
  AnswerTime,
  AnswerWord,
  AnswerYesOrNo,
  type JsonSchema,
  NotDescribed,
  Refuses,
} from './openapi/document.decorator';
export { OpenApi, type OpenApiDocument } from './openapi/open-api.service';
export {
  DEFAULT_PAGE_SIZE,
  ListAnswer,
  PAGE_SIZE_CAP,
  pageOf,
  PageQuery,
  type PageRequest,
  type Paging,
  pagingOf,
  ShowsList,
} from './paging.dto';
export { AuditsReading } from './read-audit.interceptor';
export { type Probe, READINESS_PROBES, type ReadinessProbes } from './readiness.service';
export { type Answer, answerTo, RefusalFilter } from './refusal.filter';
export {
  callerOf,
  type FieldContext,
  limitedAddress,
  noteToken,
  requestOf,
  traitsOf,
} from './request-context';
export {
  entryOf,
  type FaultOfField,
  FAULTS,
  faultOfText,
  jsonTypeOf,
  LONGEST_TEXT,
  MOST_FAULTS,
  patternSentence,
  refuseFields,
  reportedNames,
  type TextRule,
  UUID,
} from './validation/field-faults';
export {
  AnyObject,
  AnyText,
  EmptyIsAbsent,
  IsDay,
  MayBeAbsent,
  MayBeAbsentUnless,
  MayBeNull,
  NestedList,
  NestedObject,
  OneOf,
  Text,
  TextLike,
  Uuid,
  UuidInPath,
  YesOrNo,
} from './validation/fields.decorator';
export { ReadsInput, UncheckedBody, UncheckedInput, validated } from './validation/request-validation.pipe';
