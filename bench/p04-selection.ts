import { type ClaimCost, ClaimPlan } from './claim-plan';
import type { Figure, Goal, Measured } from './goal';
import { isNoisy } from './measure-twice';
import { fillSelection, finishSelection } from './rows';
import { onDatabase, type BenchEnvironment } from './environment';
import { median } from './statistics';
import type { Terms } from './terms';

const TIME = { unit: '× C_sel', must: { atMost: 3 }, aim: { atMost: 1.2 } } as const;
const BUFFERS = { unit: '× buffers', must: { atMost: 3 }, aim: { atMost: 1.2 } } as const;

type Phase = 'early' | 'late';

/** Claims of one round: one median a table. */
type Round = ReadonlyMap<number, ClaimCost>;

const CLAIMS_PER_ROUND = 7;
/** Late in a sweep so many are left who are due. */
const LEFT_AT_THE_END = 200;
/** Persons checked before it are due. */
export const PERIOD = `now() - interval '270 days'`;

const tableName = (rows: number): string => `bench_rows_${rows}`;

/** Makes the tables, the largest takes minutes; gives the seconds. */
export async function loadSelection(environment: BenchEnvironment, terms: Terms): Promise<number> {
  const startedAtMs = performance.now();
  for (const rows of terms.tableRows) {
    const url = await environment.database(tableName(rows));
    await onDatabase(url, (client) => fillSelection(client, rows));
  }
  return (performance.now() - startedAtMs) / 1000;
}

/** The selection against the size of the table, at the beginning and at the end of a sweep. */
export async function measureSelection(environment: BenchEnvironment, terms: Terms): Promise<Measured> {
  const early = await roundsOf(environment, terms, PERIOD);
  for (const rows of terms.tableRows) {
    await onDatabase(environment.url(tableName(rows)), finishSelection);
  }
  const late = await roundsOf(environment, terms, 'end of the sweep');
  for (const rows of terms.tableRows) await environment.drop(tableName(rows));
  const [smallest = 0, ...larger] = terms.tableRows;
  const measured = { early, late, smallest };
  return {
    figures: [
      ...larger.flatMap((rows) => figuresOf('early', rows, measured)),
      ...terms.tableRows.flatMap((rows) => figuresOf('late', rows, measured)),
    ],
    references: [
      { symbol: 'C_sel', unit: 'ms', values: early.map((round) => round.get(smallest)?.selectionMs ?? NaN) },
    ],
    notes: [
      `P4: EXPLAIN (ANALYZE, BUFFERS) of the claim statement; the selection is its part that finds and locks 100 persons.`,
      `P4: C_sel is the selection at ${count(smallest)} rows, early. 5 % inactive and 5 % waiting persons are at the head.`,
      `P4: late, everybody who needed a check has had it, the rows are vacuumed, and ${LEFT_AT_THE_END} are due.`,
    ],
  };
}

/** The tables change between the phases, so the rounds of one phase are what is measured once more. */
async function roundsOf(environment: BenchEnvironment, terms: Terms, threshold: string): Promise<Round[]> {
  const rounds = await someRounds(environment, terms, threshold);
  const values = rounds.map((round) => round.get(terms.tableRows[0] ?? 0)?.selectionMs ?? NaN);
  return isNoisy({ values }) ? someRounds(environment, terms, threshold) : rounds;
}

async function someRounds(environment: BenchEnvironment, terms: Terms, threshold: string): Promise<Round[]> {
  const rounds: Round[] = [];
  for (let round = 0; round < terms.rounds; round += 1) {
    const medians = new Map<number, ClaimCost>();
    for (const rows of terms.tableRows)
      medians.set(rows, await claimsOf(environment.url(tableName(rows)), threshold));
    rounds.push(medians);
  }
  return rounds;
}

/** Medians of several claims, none of which takes anybody. */
export async function claimsOf(url: string, threshold: string): Promise<ClaimCost> {
  return onDatabase(url, async (client) => {
    const { rows } = await client.query<{ at: string }>(
      threshold === PERIOD
        ? `SELECT (${PERIOD})::text AS at`
        : `SELECT dms_passport_synced_at::text AS at FROM mpi.person_verifications
            WHERE dms_passport_verification_status = 'VERIFIED' AND dms_passport_retry_at IS NULL AND person_is_active
              AND dms_passport_synced_at IS NOT NULL
            ORDER BY dms_passport_synced_at, person_id OFFSET ${LEFT_AT_THE_END} LIMIT 1`,
    );
    const costs = await (await ClaimPlan.open(client)).costs(rows[0]?.at ?? '', CLAIMS_PER_ROUND);
    if (costs.some(({ persons }) => persons !== 100))
      throw new Error('A claim found fewer persons than there are.');
    return medianOf(costs);
  });
}

interface MeasuredPhases {
  readonly early: readonly Round[];
  readonly late: readonly Round[];
  readonly smallest: number;
}

function figuresOf(phase: Phase, rows: number, { early, late, smallest }: MeasuredPhases): Figure[] {
  const rounds = (phase === 'early' ? early : late).map((round) => round.get(rows));
  const reference = early.map((round) => round.get(smallest));
  const ratioOf = (field: keyof ClaimCost): number[] =>
    rounds.map((cost, round) => (cost?.[field] ?? NaN) / (reference[round]?.[field] ?? NaN));
  const middle = (field: keyof ClaimCost): number => median(rounds.map((cost) => cost?.[field] ?? NaN));
  const goal = (what: string, terms: typeof TIME | typeof BUFFERS): Goal => ({
    id: 'P4',
    what: `${what} at ${count(rows)} rows, ${phase}`,
    ...terms,
  });
  return [
    {
      goal: goal('selection', TIME),
      reference: 'C_sel',
      rounds: ratioOf('selectionMs'),
      detail: `${middle('selectionMs').toFixed(2)} ms, whole claim ${middle('claimMs').toFixed(2)} ms`,
    },
    {
      goal: goal('buffers of it', BUFFERS),
      rounds: ratioOf('selectionBuffers'),
      detail: `${middle('selectionBuffers')} shared buffers, whole claim ${middle('claimBuffers')}`,
    },
  ];
}

function medianOf(costs: readonly ClaimCost[]): ClaimCost {
  const of = (field: keyof ClaimCost): number => median(costs.map((cost) => cost[field]));
  return {
    selectionMs: of('selectionMs'),
    selectionBuffers: of('selectionBuffers'),
    claimMs: of('claimMs'),
    claimBuffers: of('claimBuffers'),
    persons: of('persons'),
  };
}

const count = (rows: number): string => (rows >= 1e6 ? `${rows / 1e6} M` : `${rows / 1e3} k`);
