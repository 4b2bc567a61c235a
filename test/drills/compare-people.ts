import type { Books } from './books';
import type { Expected, Oracle } from './oracle';
import type { People } from './people';
import { ofEverybody, type Watched } from './watched';

/** How many ended otherwise than the rules say, by how bad it is. */
export interface Verdict {
  /** Accepted, and nothing became of them. */
  readonly lost: number;
  readonly wrong: number;
  /** Still in review although everything is over. */
  readonly stuck: number;
  /** The first few, in words, without any number or name. */
  readonly examples: readonly string[];
}

type Standing = Expected & { readonly id: string; readonly beganAs: string };

const EXAMPLES = 5;

/** A moment of the past either stood there before or was written by the run. $1 is when the drill began. */
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

/** How everybody of one kind stands now. */
const standing = ({ people, verifications, locks, id }: Watched): string => `
  SELECT v.${id} AS id, ${STREAM},
         ${moment('v.dms_passport_synced_at', 'began.synced_at')} AS synced,
         ${moment('v.dms_passport_unverified_at', 'began.unverified_at')} AS unverified,
         v.dms_passport_retry_at IS NOT NULL OR held.id IS NOT NULL AS waits,
         p.verification_status AS sum, began.status AS "beganAs"
    FROM ${verifications} AS v
    JOIN ${people} AS p ON p.id = v.${id}
    JOIN drill.began AS began ON began.person_id = v.${id}
    LEFT JOIN ${locks} AS held ON held.${id} = v.${id} ${KEPT}`;

/** Holds every person and every party of the drill against what the oracle says. */
export async function comparePeople(
  books: Books,
  { people, oracle, startedAt }: { people: People; oracle: Oracle; startedAt: string },
): Promise<Verdict> {
  const rows = await books.look<Standing>(ofEverybody(standing), [startedAt]);
  const stand = new Map(rows.map((row) => [row.id, row]));
  const tally = { lost: 0, wrong: 0, stuck: 0, examples: [] as string[] };
  const judge = (who: string, stands: Standing | undefined, ways: readonly Expected[]): void => {
    const words = stands === undefined ? 'gone' : inWords(stands);
    if (ways.some((way) => inWords(way) === words)) return;
    const fault = faultOf(stands, ways);
    tally[fault] += 1;
    if (tally.examples.length < EXAMPLES) {
      const [wanted = ''] = ways.map(inWords);
      tally.examples.push(`${fault}: ${who} stands as ${veiled(words)}, expected ${veiled(wanted)}`);
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

function faultOf(stands: Standing | undefined, ways: readonly Expected[]): 'lost' | 'wrong' | 'stuck' {
  if (stands === undefined) return 'lost';
  if (stands.status === 'IN_REVIEW') return 'stuck';
  const isUntouched = stands.status === stands.beganAs && stands.synced !== 'fresh' && !stands.waits;
  return isUntouched && ways.every((way) => way.status !== stands.beganAs || way.synced === 'fresh')
    ? 'lost'
    : 'wrong';
}

function inWords({ status, reason, data, synced, unverified, waits, sum }: Expected): string {
  const parts = [`data ${data}`, `synced ${synced}`, `unverified ${unverified}`, `sum ${sum}`];
  return [`${status}/${reason}`, ...parts, ...(waits ? ['waiting'] : [])].join(', ');
}

/** Numbers are made up, and stay out of what is printed all the same. */
const veiled = (words: string): string => words.replace(/1:\S+?,/, '1 with its document,');
