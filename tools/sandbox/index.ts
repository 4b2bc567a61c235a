export type { ClientSees } from './answers/script';
export { ANSWER_NAMES, SCRIPTED_ANSWERS, type AnswerName } from './answers/scripted-answers';
export { isListed, type Mode } from './choose-answer';
export type { Method } from './read-request';
export type { RequestRecord } from './request-log';
export type { Sandbox } from './sandbox';
export { startSandbox, type SandboxOptions } from './start-sandbox';
