import type { SeededRandom } from './seeded-random';

/** A document as a drill makes it up. Days as `YYYY-MM-DD`. */
export interface MadeDocument {
  readonly id: string;
  readonly type: 'PASSPORT' | 'NATIONAL_ID' | 'BIRTH_CERTIFICATE';
  readonly number: string;
  readonly issuedOn: string | null;
  readonly expiresOn: string | null;
}

/** The state of a stream at the start. */
export interface InitialState {
  readonly status: string;
  readonly reason: string;
  /** How long ago the register was asked; null when it never was. */
  readonly syncedDaysAgo: number | null;
}

/** A made-up person, with all facts that decide about it. */
export interface MadePerson {
  readonly id: string;
  /** The purpose of the person, in a few words: reported on a wrong end. */
  readonly kind: string;
  readonly active: boolean;
  readonly documents: readonly MadeDocument[];
  readonly stream: InitialState;
  /** The stream of the officials: the one other stream that differs between persons at the beginning. */
  readonly nhs: 'VERIFIED' | 'VERIFICATION_NEEDED' | 'NOT_VERIFIED';
  /** Begun again by an edit of the documents; VERIFIED at the beginning. */
  readonly mvsPassport?: 'VERIFIED' | 'VERIFICATION_NEEDED' | 'VERIFICATION_NOT_NEEDED';
  /** Blocked by hand: the sum stays NOT_VERIFIED whatever happens. */
  readonly blocked: boolean;
}

/** A made-up health worker. */
export interface MadeParty {
  readonly id: string;
  readonly kind: string;
  readonly active: boolean;
  readonly type: MadeDocument['type'];
  readonly number: string;
  readonly stream: InitialState;
}

/** The answer of the register about each number. */
export interface Truths {
  readonly found: ReadonlySet<string>;
  /** Numbers with a technical error at first, and the answer once it is repaired. */
  readonly failing: ReadonlyMap<string, string>;
  /** Numbers it never answers about. */
  readonly hopeless: ReadonlyMap<string, string>;
}

/** Everybody of one drill. */
export interface People {
  readonly persons: readonly MadePerson[];
  readonly parties: readonly MadeParty[];
  /** Parties are asked about as well, by the job of their own; otherwise they are only reached by others' answers. */
  readonly partiesToo: boolean;
  readonly truths: Truths;
  /** Numbers that were given to nobody yet, for persons who are edited. */
  readonly spare: { readonly found: readonly string[]; readonly notFound: readonly string[] };
}

/** Ukrainian capitals of passport series. ТТ is left out: the sandbox keeps it for its documented numbers. */
const LETTERS = [...'АБВГЕЖЗІКЛМНОПРСУФХЦЧШЮЯ'];

/** Quick technical errors of different kinds; slow and broken connections have drills of their own. */
const QUICK_ERRORS = ['MINUS_1', 'MINUS_2', 'HTML', 'WORD_STATUS', 'FAULT_CLIENT', 'NO_HEADER'];

/** One passport in seven is invalid: more than in life, so that a small drill sees many. */
const FOUND_SHARE = 0.15;

const LONG_AGO = '2009-04-17';

const LONG_OVER = '2015-01-01';

const ONLINE: InitialState = {
  status: 'VERIFICATION_NEEDED',
  reason: 'ONLINE_TRIGGERED',
  syncedDaysAgo: null,
};

const DUE: readonly InitialState[] = [
  ONLINE,
  ONLINE,
  ONLINE,
  { status: 'VERIFICATION_NEEDED', reason: 'INITIAL', syncedDaysAgo: null },
  { status: 'VERIFIED', reason: 'AUTO_VALID', syncedDaysAgo: 300 },
  { status: 'VERIFIED', reason: 'MANUAL', syncedDaysAgo: null },
];

const NOT_DUE: readonly InitialState[] = [
  { status: 'VERIFIED', reason: 'AUTO_VALID', syncedDaysAgo: 10 },
  { status: 'NOT_VERIFIED', reason: 'AUTO_INCORRECT_DATA', syncedDaysAgo: null },
  { status: 'VERIFICATION_NOT_NEEDED', reason: 'AUTO_DATA_ABSENT', syncedDaysAgo: null },
];

const IN_REVIEW_ELSEWHERE: InitialState = { status: 'IN_REVIEW', reason: 'MANUAL', syncedDaysAgo: null };

/** Who is needed. */
interface PopulationOptions {
  readonly persons: number;
  readonly spare?: number;
  readonly sharing?: boolean;
  readonly partiesToo?: boolean;
}

/** Makes up persons and parties of every kind, always the same for the same seed. */
export class MakePeople {
  private readonly used = new Set<string>();
  private readonly persons: MadePerson[] = [];
  private readonly parties: MadeParty[] = [];
  private readonly found = new Set<string>();
  private readonly failing = new Map<string, string>();
  private readonly hopeless = new Map<string, string>();

  constructor(private readonly random: SeededRandom) {}

  /** About so many persons; `spare` numbers of each sort for edits. With `sharing` hardly anybody has an own passport. */
  run({ persons: size, spare = 0, sharing = false, partiesToo = false }: PopulationOptions): People {
    /** How many of a hundred, and who. A shared passport makes several persons at once. */
    const kinds: readonly (readonly [number, () => void])[] = [
      [sharing ? 1 : 60, () => this.plain()],
      [sharing ? 100 : 0, () => this.shared()],
      [5, () => this.shared()],
      [6, () => this.malformed()],
      [6, () => this.absent()],
      [4, () => this.failed()],
      [1, () => this.neverAnswered()],
      [4, () => this.person('not due', { stream: this.random.pick(NOT_DUE) })],
      [2, () => this.person('inactive', { active: false })],
      [2, () => this.person('in review elsewhere', { stream: IN_REVIEW_ELSEWHERE })],
      [partiesToo ? 60 : 0, () => this.partyAlone()],
    ];
    const wheel = kinds.flatMap(([weight, make]) => Array.from({ length: weight }, () => make));
    while (this.persons.length < size) this.random.pick(wheel)();
    const numbers = (): string[] => Array.from({ length: spare }, () => this.number());
    return {
      persons: this.persons,
      parties: this.parties,
      partiesToo,
      spare: { found: numbers(), notFound: numbers() },
      truths: { found: this.found, failing: this.failing, hopeless: this.hopeless },
    };
  }

  private plain(): void {
    this.person('plain', { documents: [this.passport(this.askable())] });
  }

  /** One passport, several holders: due and not due, active and not, in another spelling; and parties. */
  private shared(): void {
    const number = this.askable(0.6);
    const holders = 2 + this.random.below(3);
    for (let holder = 0; holder < holders; holder += 1) {
      this.person('shared passport', { documents: [this.passport(number)] });
    }
    const bystander = (stream: InitialState, active: boolean): void =>
      this.person('shared passport, not due', { documents: [this.passport(number)], stream, active });
    bystander(this.random.pick(NOT_DUE), true);
    if (this.random.chance(0.3)) bystander(ONLINE, false);
    if (this.random.chance(0.3)) bystander(IN_REVIEW_ELSEWHERE, true);
    if (this.random.chance(0.3)) {
      this.person('shared passport in another spelling', {
        documents: [this.passport(this.otherSpelling(number))],
      });
    }
    if (this.random.chance(0.3)) {
      const old = this.passport(number, { expiresOn: LONG_OVER });
      this.person('shared passport, expired', { documents: [old, this.passport(this.askable(0))] });
    }
    this.partiesBeside(number);
  }

  private malformed(): void {
    this.person('malformed', { documents: [this.passport(this.badNumber())] });
  }

  private absent(): void {
    const card = { ...this.passport(this.cardNumber()), type: 'NATIONAL_ID' as const };
    const expired = this.passport(this.number(), { expiresOn: LONG_OVER });
    this.person('absent', { documents: this.random.pick([[], [card], [expired]]) });
  }

  private failed(): void {
    this.person('technical error at first', { documents: [this.passport(this.failingNumber())] });
  }

  private neverAnswered(): void {
    this.person('never answered', { documents: [this.passport(this.hopelessNumber())] });
  }

  private person(kind: string, traits: Partial<MadePerson> = {}): void {
    const nhs = this.random.pick(['VERIFIED', 'VERIFIED', 'VERIFICATION_NEEDED', 'NOT_VERIFIED'] as const);
    this.persons.push({
      id: this.random.uuid(),
      kind,
      active: true,
      documents: traits.documents ?? [this.passport(this.number())],
      stream: this.random.pick(DUE),
      nhs,
      blocked: this.random.chance(0.03),
      ...traits,
    });
  }

  /** One party holds the persons' passport, another one its own, and both are alike otherwise. */
  private partiesBeside(number: string): void {
    const stream = this.random.pick([...NOT_DUE, ...DUE, IN_REVIEW_ELSEWHERE]);
    const active = this.random.chance(0.8);
    this.party('shared passport', number, { stream, active });
    this.party('plain', this.number(), { stream, active });
  }

  /** A party with a document of its own, as various as persons are. */
  private partyAlone(): void {
    this.random.pick([
      () => this.party('plain', this.askable()),
      () => this.party('plain', this.askable()),
      () => this.party('malformed', this.badNumber()),
      () => this.party('technical error at first', this.failingNumber()),
      () => this.party('never answered', this.hopelessNumber()),
      () => this.party('absent', this.cardNumber(), { type: 'NATIONAL_ID' }),
    ])();
  }

  private party(kind: string, number: string, traits: Partial<MadeParty> = {}): void {
    const stream = this.random.pick(DUE);
    this.parties.push({
      id: this.random.uuid(),
      kind,
      active: true,
      type: 'PASSPORT',
      number,
      stream,
      ...traits,
    });
  }

  private passport(number: string, dates: Partial<MadeDocument> = {}): MadeDocument {
    const issuedOn = this.random.pick([LONG_AGO, '1999-12-31', null]);
    return { id: this.random.uuid(), type: 'PASSPORT', number, issuedOn, expiresOn: null, ...dates };
  }

  /** A number about which the register answers. */
  private askable(foundShare = FOUND_SHARE): string {
    const number = this.number();
    if (this.random.chance(foundShare)) this.found.add(number);
    return number;
  }

  private badNumber(): string {
    const good = this.number();
    const bad = [`AB${good.slice(2)}`, good.toLowerCase(), ` ${good}`, good.slice(0, 7), `Ы${good.slice(1)}`];
    return this.random.pick(bad);
  }

  /** The same passport, about which the register is not asked. */
  private otherSpelling(number: string): string {
    const [series, digits] = [number.slice(0, 2), number.slice(2)];
    return this.random.pick([number.toLowerCase(), `${series} ${digits}`, `${series}-№${digits}`]);
  }

  private cardNumber(): string {
    return String(100_000_000 + this.random.below(9e8));
  }

  private failingNumber(): string {
    const number = this.askable();
    this.failing.set(number, this.random.pick(QUICK_ERRORS));
    return number;
  }

  private hopelessNumber(): string {
    const number = this.number();
    this.hopeless.set(number, this.random.pick(QUICK_ERRORS));
    return number;
  }

  private number(): string {
    for (;;) {
      const digits = String(this.random.below(1_000_000)).padStart(6, '0');
      const number = this.random.pick(LETTERS) + this.random.pick(LETTERS) + digits;
      if (!this.used.has(number)) {
        this.used.add(number);
        return number;
      }
    }
  }
}
