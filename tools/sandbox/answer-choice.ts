import type { Method, RegisterRequest } from './request-reader';
import type { Script, ScriptedAnswer } from './answer-script';
import { FAILING_ANSWERS } from './failing-answers.table';
import { READABLE_ANSWERS } from './readable-answers.table';
import { UNREADABLE_ANSWERS } from './unreadable-answers.table';

const ALL_ANSWERS = { ...READABLE_ANSWERS, ...UNREADABLE_ANSWERS, ...FAILING_ANSWERS };

/** The names of the answers, at run time and in the documentation. */
export type AnswerName = keyof typeof ALL_ANSWERS;

/** All documented answers by name, in the order of the documentation. */
export const SCRIPTED_ANSWERS: Readonly<Record<AnswerName, ScriptedAnswer>> = ALL_ANSWERS;

/** All names, in the order of the documentation. */
export const ANSWER_NAMES = Object.keys(ALL_ANSWERS) as readonly AnswerName[];

/** `down` closes every connection; an answer's name gives that answer to every request. */
export type Mode = 'normal' | 'down' | Lowercase<AnswerName>;

/** All modes, to validate control requests and for messages. */
export const MODES: readonly Mode[] = [
  'normal',
  'down',
  ...ANSWER_NAMES.map((name) => name.toLowerCase() as Lowercase<AnswerName>),
];

/**
 * The share of undocumented documents that each register lists. One passport in twenty is invalid: enough to see it in
 * a demo of two thousand persons, few enough that most are verified. Stolen ones are rarer. A UNZR is found nineteen
 * times in twenty, because normally a UNZR is found.
 */
export const LISTED_SHARES: Readonly<Record<Method, number>> = {
  CheckPassportDMSStatus: 0.05,
  CheckPassportStatus: 0.02,
  checkunzr: 0.95,
  unzr: 0.95,
};

/** The answers of `--failure-rate`: quick technical errors, one call each, so that the rate is exact. */
const FAILURES = ['FAULT_11', 'FAULT_12', 'HTTP_503', 'MINUS_2'] as const satisfies readonly AnswerName[];

/** Documents whose questions are counted; more than the persons of any demo or drill. */
const COUNTED_DOCUMENTS = 1_000_000;

const DOCUMENTED: ReadonlyMap<string, AnswerName> = new Map(
  ANSWER_NAMES.flatMap((name) => {
    const { passport, unzr } = SCRIPTED_ANSWERS[name];
    return [
      [passport, name],
      [unzr, name],
    ] as const;
  }),
);

/** Whether an undocumented document is listed: the same answer for the same question, in every sandbox. */
export function isListed(method: Method, key: string): boolean {
  // Both UNZR services look into one register, the two passport services into two.
  const register = method === 'checkunzr' ? 'unzr' : method;
  return shareOf(`${register}:${key}`) < LISTED_SHARES[method];
}

/** Chooses the answer when a request arrives: by mode, by marked document, by documented number, by chance. */
export class AnswerChoice {
  mode: Mode = 'normal';
  private readonly marks = new Map<string, AnswerName>();
  private readonly timesAsked = new Map<string, number>();

  constructor(
    public failureRate: number,
    private readonly seed: string,
  ) {}

  /** Gives one document a fixed answer until it is forgotten. */
  mark(key: string, answer: AnswerName): void {
    this.marks.set(key, answer);
  }

  /** Forgets one mark, or all of them. */
  forget(key?: string): void {
    if (key === undefined) this.marks.clear();
    else this.marks.delete(key);
  }

  scriptFor(request: RegisterRequest): Script {
    return SCRIPTED_ANSWERS[this.nameOf(request)].script;
  }

  private nameOf(request: RegisterRequest): AnswerName {
    if (this.mode === 'down') return 'CLOSED';
    if (this.mode !== 'normal') return this.mode.toUpperCase() as AnswerName;
    if (!request.complete) return 'MINUS_1';
    return this.verdictOn(request);
  }

  private verdictOn({ method, key }: RegisterRequest): AnswerName {
    const marked = this.marks.get(key);
    const documented = marked ?? DOCUMENTED.get(key);
    const verdict = documented ?? (isListed(method, key) ? 'FOUND' : 'NOT_FOUND');
    // A named answer is always given; only ordinary verdicts fail at random.
    const isOrdinary = documented === undefined || marked === 'FOUND' || marked === 'NOT_FOUND';
    return (isOrdinary && this.failureFor(key)) || verdict;
  }

  /** Depends on the seed, the document and how often it was asked about, so that a second try may succeed. */
  private failureFor(key: string): AnswerName | undefined {
    if (this.failureRate === 0) return undefined;
    const times = (this.timesAsked.get(key) ?? 0) + 1;
    this.timesAsked.set(key, times);
    if (this.timesAsked.size > COUNTED_DOCUMENTS) this.timesAsked.clear();
    const share = shareOf(`${this.seed}:${times}:${key}`);
    if (share >= this.failureRate) return undefined;
    return FAILURES[Math.floor((share / this.failureRate) * FAILURES.length)];
  }
}

/** Whether a text, for example from a control request, names an answer. */
export function isAnswerName(text: string): text is AnswerName {
  return Object.hasOwn(ALL_ANSWERS, text);
}

/**
 * A number from 0 (included) to 1 (excluded) that depends on the text alone: FNV-1a with the final mixing of
 * MurmurHash3, because FNV alone gives neighbouring document numbers close values.
 */
export function shareOf(text: string): number {
  return hashOf(text) / 2 ** 32;
}

/** The 32-bit hash behind `shareOf`, for picking from lists. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
