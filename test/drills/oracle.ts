import type { MadeDocument, MadeParty, MadePerson, People, InitialState } from './population';
import { type DrillDatabase, ofEverybody, type Watched } from './database';

/**
 * What must have become of everybody, read from the published rules and from nothing else: none of the program's
 * code is used, or a mistake in it would be expected here as well.
 */

/** The expected state of a stream in the end. */
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
  /** Passports that somebody's review finds, by their number in its plain spelling. */
  private readonly refuted: ReadonlyMap<string, string>;

  constructor(
    private readonly people: People,
    private readonly today: string,
  ) {
    const numbers = [...this.questions().values()].filter((number) => this.isFound(number));
    this.refuted = new Map(numbers.map((number) => [plainSpelling(number), number]));
  }

  /** Every correct state of the person. More than one only where two checks race and either may win. */
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
    const number = this.refuted.get(plainSpelling(passport ?? ''));
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

  private reviewed(stream: InitialState, number: string | undefined): Stream {
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
    return passports.map(({ number }) => this.refuted.get(plainSpelling(number))).find(Boolean);
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

/** Two holders have the same passport when these are equal. */
function plainSpelling(number: string): string {
  const cyrillic = new Map([...'ABCEHIKMOPTX'].map((latin, place) => [latin, 'АВСЕНІКМОРТХ'.charAt(place)]));
  const kept = [...number.toUpperCase()].filter((sign) => !' №-'.includes(sign));
  return kept.map((sign) => cyrillic.get(sign) ?? sign).join('');
}

function isWellFormed(number: string): boolean {
  return /^[АБВГҐДЕЄЖЗИІЇЙКЛМНОПРСТУФХЦЧШЩЬЮЯ]{2}\d{6}$/.test(number);
}

function unchanged({ status, reason, syncedDaysAgo }: InitialState): Stream {
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

/** How many ended otherwise than the rules demand, by kind. */
export interface Verdict {
  /** Accepted, and nothing became of them. */
  readonly lost: number;
  readonly wrong: number;
  /** Still in review although everything is over. */
  readonly stuck: number;
  /** The first few, in words, without any number or name. */
  readonly examples: readonly string[];
}

type CurrentState = Expected & { readonly id: string; readonly beganAs: string };

const EXAMPLES = 5;

/** A moment of the past either was there before or was written by the run. $1 is when the drill began. */
const moment = (now: string, began: string): string => `
  CASE WHEN ${now} IS NULL THEN 'none' WHEN ${now} = ${began} THEN 'as before'
       WHEN ${now} >= $1::timestamptz THEN 'fresh' ELSE 'odd' END`;

/** The columns of the stream, in the words of `Expected`. */
const STREAM = `
  v.dms_passport_verification_status AS status, v.dms_passport_verification_reason AS reason,
  CASE WHEN v.dms_passport_data_id IS NULL THEN coalesce(v.dms_passport_data_status::text, 'none')
       ELSE v.dms_passport_data_status || ':' || coalesce(kept.pas_serial || kept.pas_number, '?') END AS data`;

const KEPT = `LEFT JOIN mimir.dms_passport_data AS kept
      ON kept.id = v.dms_passport_data_id AND kept.pas_status = 1 AND kept.pass_type = '0101'`;

/** The current state of everybody of one kind. */
const currentStateOf = ({ people, verifications, locks, id }: Watched): string => `
  SELECT v.${id} AS id, ${STREAM},
         ${moment('v.dms_passport_synced_at', 'began.synced_at')} AS synced,
         ${moment('v.dms_passport_unverified_at', 'began.unverified_at')} AS unverified,
         v.dms_passport_retry_at IS NOT NULL OR held.id IS NOT NULL AS waits,
         p.verification_status AS sum, began.status AS "beganAs"
    FROM ${verifications} AS v
    JOIN ${people} AS p ON p.id = v.${id}
    JOIN drill.began AS began ON began.person_id = v.${id}
    LEFT JOIN ${locks} AS held ON held.${id} = v.${id} ${KEPT}`;

/** Compares every person and every party of the drill with the oracle. */
export async function comparePeople(
  database: DrillDatabase,
  { people, oracle, startedAt }: { people: People; oracle: Oracle; startedAt: string },
): Promise<Verdict> {
  const rows = await database.look<CurrentState>(ofEverybody(currentStateOf), [startedAt]);
  const stand = new Map(rows.map((row) => [row.id, row]));
  const tally = { lost: 0, wrong: 0, stuck: 0, examples: [] as string[] };
  const judge = (who: string, state: CurrentState | undefined, ways: readonly Expected[]): void => {
    const words = state === undefined ? 'gone' : inWords(state);
    if (ways.some((way) => inWords(way) === words)) return;
    const fault = faultOf(state, ways);
    tally[fault] += 1;
    if (tally.examples.length < EXAMPLES) {
      const [wanted = ''] = ways.map(inWords);
      tally.examples.push(`${fault}: ${who} is ${veiled(words)}, expected ${veiled(wanted)}`);
    }
  };
  for (const person of people.persons) {
    judge(`person (${person.kind})`, stand.get(person.id), oracle.person(person));
  }
  for (const party of people.parties) {
    judge(`party (${party.kind})`, stand.get(party.id), [oracle.party(party)]);
  }
  return tally;
}

function faultOf(state: CurrentState | undefined, ways: readonly Expected[]): 'lost' | 'wrong' | 'stuck' {
  if (state === undefined) return 'lost';
  if (state.status === 'IN_REVIEW') return 'stuck';
  const isUntouched = state.status === state.beganAs && state.synced !== 'fresh' && !state.waits;
  return isUntouched && ways.every((way) => way.status !== state.beganAs || way.synced === 'fresh')
    ? 'lost'
    : 'wrong';
}

function inWords({ status, reason, data, synced, unverified, waits, sum }: Expected): string {
  const parts = [`data ${data}`, `synced ${synced}`, `unverified ${unverified}`, `sum ${sum}`];
  return [`${status}/${reason}`, ...parts, ...(waits ? ['waiting'] : [])].join(', ');
}

/** Numbers are made up, and stay out of what is printed all the same. */
const veiled = (words: string): string => words.replace(/1:\S+?,/, '1 with its document,');
