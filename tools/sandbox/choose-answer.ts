import { shareOf } from './answers/deterministic-share';
import type { Method, RegisterRequest } from './read-request';
import type { Script } from './answers/script';
import { ANSWER_NAMES, SCRIPTED_ANSWERS, type AnswerName } from './answers/scripted-answers';

/** `down` closes every connection; else the answer of that name is given to every request. */
export type Mode = 'normal' | 'down' | Lowercase<AnswerName>;

/** All modes, for checking what comes over HTTP and for messages. */
export const MODES: readonly Mode[] = [
  'normal',
  'down',
  ...ANSWER_NAMES.map((name) => name.toLowerCase() as Lowercase<AnswerName>),
];

/**
 * The part of undocumented documents that each register lists. One passport in twenty is invalid: enough to
 * see it in a demo of two thousand persons, few enough that most are verified. Stolen ones are rarer. A
 * UNZR is found nineteen times in twenty, because there being found is what is normal.
 */
export const LISTED_SHARES: Readonly<Record<Method, number>> = {
  CheckPassportDMSStatus: 0.05,
  CheckPassportStatus: 0.02,
  checkunzr: 0.95,
  unzr: 0.95,
};

/** What `--failure-rate` makes of an answer: quick technical errors, one call each, so that the rate is exact. */
const FAILURES = ['FAULT_11', 'FAULT_12', 'HTTP_503', 'MINUS_2'] as const satisfies readonly AnswerName[];

/** Documents whose repeated questions are counted; more than the persons of any run of a demo or a drill. */
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

/** The register's memory and mood: decides, when a request arrives, which answer it gets. */
export class ChooseAnswer {
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

  run(request: RegisterRequest): Script {
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
    // What was asked for by name is given reliably; only ordinary verdicts fail at random.
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
