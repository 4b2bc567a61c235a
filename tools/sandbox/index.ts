export type { ClientSees } from './answer-script';
export { ANSWER_NAMES, type AnswerName, isListed, type Mode, SCRIPTED_ANSWERS } from './answer-choice';
export type { Method } from './request-reader';
export type { RequestRecord } from './soap-endpoint';
export type { Sandbox } from './sandbox';
export { startSandbox, type SandboxOptions } from './sandbox-server';
