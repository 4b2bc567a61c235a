import type { MadeDocument, MadeParty, MadePerson, People, Standing } from './people';

/**
 * What must have become of everybody, read from the published rules and from nothing else: none of the program's
 * code is used, or a mistake in it would be expected here as well.
 */

/** How a stream must stand in the end, in the words of `describe-standing`. */
export interface Expected {
  readonly status: string;
  readonly reason: string;
  /** `none`, `0`, or `1:` with the number the row of the found document must have. */
  readonly data: string;
  readonly synced: 'none' | 'fresh' | 'as before';
  readonly unverified: 'none' | 'fresh' | 'as before';
  /** Waits for a retry after technical errors. */
  readonly waits: boolean;
  readonly sum: string;
}

type Stream = Omit<Expected, 'sum'>;

const ABSENT: Stream = {
  ...{ status: 'VERIFICATION_NOT_NEEDED', reason: 'AUTO_DATA_ABSENT' },
  ...{ data: 'none', synced: 'none', unverified: 'none', waits: false },
};
const INCORRECT: Stream = {
  ...{ status: 'NOT_VERIFIED', reason: 'AUTO_INCORRECT_DATA' },
  ...{ data: 'none', synced: 'none', unverified: 'fresh', waits: false },
};
const VALID: Stream = {
  ...{ status: 'VERIFIED', reason: 'AUTO_VALID' },
  ...{ data: '0', synced: 'fresh', unverified: 'none', waits: false },
};
const invalid = (number: string): Stream => ({
  ...{ status: 'NOT_VERIFIED', reason: 'AUTO_NOT_VALID' },
  ...{ data: `1:${number}`, synced: 'fresh', unverified: 'fresh', waits: false },
});

/** Answers for everybody of a drill, once all runs are over. `today` is the day in Kyiv. */
export class Oracle {
  /** Passports that somebody's review finds, by their number in small letters. */
  private readonly refuted: ReadonlyMap<string, string>;

  constructor(
    private readonly people: People,
    private readonly today: string,
  ) {
    const numbers = [...this.questions().values()].filter((number) => this.isFound(number));
    this.refuted = new Map(numbers.map((number) => [number.toLowerCase(), number]));
  }

  /** Every way the person may rightly stand. More than one only where two checks race and either may win. */
  person(person: MadePerson): Expected[] {
    const reached =
      person.active && person.stream.status !== 'IN_REVIEW' ? this.refutedOf(person) : undefined;
    const own = isDue(person)
      ? this.reviewed(person.stream, this.chosen(person)?.number)
      : unchanged(person.stream);
    const ways = reached === undefined ? [own] : isDue(person) ? [invalid(reached), own] : [invalid(reached)];
    return ways.map((stream) => ({ ...stream, sum: personSum(person, stream.status) }));
  }

  party(party: MadeParty): Expected {
    const passport = passportOf(party);
    const number = this.refuted.get(passport?.toLowerCase() ?? '');
    const isReached = number !== undefined && party.active && party.stream.status !== 'IN_REVIEW';
    const own =
      this.people.partiesToo && isDue(party)
        ? this.reviewed(party.stream, passport)
        : unchanged(party.stream);
    const stream = isReached ? invalid(number) : own;
    return { ...stream, sum: partySum(stream.status) };
  }

  /** The numbers the register is rightly asked about, by the person or party they are asked for. */
  questions(): ReadonlyMap<string, string> {
    const { persons, parties, partiesToo } = this.people;
    const asked = [
      ...persons.filter(isDue).map((person) => [person.id, this.chosen(person)?.number] as const),
      ...parties
        .filter((party) => partiesToo && isDue(party))
        .map((party) => [party.id, passportOf(party)] as const),
    ];
    return new Map(
      asked.flatMap(([id, number]) => (number !== undefined && isWellFormed(number) ? [[id, number]] : [])),
    );
  }

  private reviewed(stream: Standing, number: string | undefined): Stream {
    if (number === undefined) return ABSENT;
    if (!isWellFormed(number)) return INCORRECT;
    if (this.people.truths.hopeless.has(number)) return { ...unchanged(stream), waits: true };
    return this.isFound(number) ? invalid(number) : VALID;
  }

  /** The latest issued passport booklet that is not expired; without a day of issue last; ties by id. */
  private chosen({ documents }: MadePerson): MadeDocument | undefined {
    return documents
      .filter(({ type, expiresOn }) => type === 'PASSPORT' && (expiresOn === null || expiresOn >= this.today))
      .sort((one, other) => {
        const days = (other.issuedOn ?? '').localeCompare(one.issuedOn ?? '');
        return days === 0 ? one.id.localeCompare(other.id) : days;
      })[0];
  }

  private refutedOf({ documents }: MadePerson): string | undefined {
    const passports = documents.filter(({ type }) => type === 'PASSPORT');
    return passports.map(({ number }) => this.refuted.get(number.toLowerCase())).find(Boolean);
  }

  private isFound(number: string): boolean {
    return this.people.truths.found.has(number) || this.people.spare.found.includes(number);
  }
}

/** Active, needed or verified, and never asked or longer ago than the period of 270 days. */
function isDue({ active, stream: { status, syncedDaysAgo } }: MadePerson | MadeParty): boolean {
  const isTaken = status === 'VERIFICATION_NEEDED' || status === 'VERIFIED';
  return active && isTaken && (syncedDaysAgo === null || syncedDaysAgo > 271);
}

function passportOf({ type, number }: MadeParty): string | undefined {
  return type === 'PASSPORT' ? number : undefined;
}

function isWellFormed(number: string): boolean {
  return /^[АБВГҐДЕЄЖЗИІЇЙКЛМНОПРСТУФХЦЧШЩЬЮЯ]{2}\d{6}$/.test(number);
}

function unchanged({ status, reason, syncedDaysAgo }: Standing): Stream {
  return {
    status,
    reason,
    data: syncedDaysAgo === null ? 'none' : '0',
    synced: syncedDaysAgo === null ? 'none' : 'as before',
    unverified: status === 'NOT_VERIFIED' ? 'as before' : 'none',
    waits: false,
  };
}

/** The sum of a person whose DMS stream has this status: C0, C1, C2, C3 in this order. */
export function personSum({ nhs, mvsPassport = 'VERIFIED', blocked }: MadePerson, status: string): string {
  if (blocked) return 'NOT_VERIFIED';
  // All other streams of the drills' persons are verified or do not count.
  const counted = [nhs, mvsPassport, status].filter((one) => one !== 'VERIFICATION_NOT_NEEDED');
  if (counted.includes('NOT_VERIFIED')) return 'CHANGES_NEEDED';
  return counted.every((one) => one === 'VERIFIED') ? 'VERIFIED' : 'VERIFICATION_NEEDED';
}

export function partySum(status: string): string {
  if (status === 'NOT_VERIFIED') return 'NOT_VERIFIED';
  return ['VERIFIED', 'VERIFICATION_NOT_NEEDED'].includes(status) ? 'VERIFIED' : 'VERIFICATION_NEEDED';
}
