import { FAILING_ANSWERS } from './failing-answers.table';
import { READABLE_ANSWERS } from './readable-answers.table';
import type { ScriptedAnswer } from './script';
import { UNREADABLE_ANSWERS } from './unreadable-answers.table';

const ALL_ANSWERS = { ...READABLE_ANSWERS, ...UNREADABLE_ANSWERS, ...FAILING_ANSWERS };

/** The names by which answers are asked for at run time and in the documentation. */
export type AnswerName = keyof typeof ALL_ANSWERS;

/** All documented answers by name, in the order of the documentation. */
export const SCRIPTED_ANSWERS: Readonly<Record<AnswerName, ScriptedAnswer>> = ALL_ANSWERS;

/** All names, in the order of the documentation. */
export const ANSWER_NAMES = Object.keys(ALL_ANSWERS) as readonly AnswerName[];

/** Whether a text, for example from a control request, names an answer. */
export function isAnswerName(text: string): text is AnswerName {
  return Object.hasOwn(ALL_ANSWERS, text);
}
