import type { Measured } from '../goal';
import { claimsOf, PERIOD } from '../p04-selection';
import { finishSelection } from '../rows';
import { onDatabase } from '../environment';
import { median } from '../statistics';
import { againstSmall, type AgainstSmall, inTurns, type Sizes } from './at-sizes';
import { count } from './loading-plan';

const TIME = { must: { atMost: 3 }, aim: { atMost: 1.2 } } as const;

/** The progress of a sweep. */
export type Phase = 'early' | 'late';

/** Finding and locking a hundred persons, and the whole claim, at both sizes. */
export async function measureClaims(sizes: Sizes, rounds: number, phase: Phase): Promise<Measured> {
  const threshold = phase === 'early' ? PERIOD : 'end of the sweep';
  const buffers = { small: [] as number[], large: [] as number[] };
  const whole = { small: [] as number[], large: [] as number[] };
  const selection = await inTurns(sizes, rounds, async (registry) => {
    const cost = await claimsOf(registry.url, threshold);
    const size = registry === sizes.small ? 'small' : 'large';
    buffers[size].push(cost.selectionBuffers);
    whole[size].push(cost.claimMs);
    return cost.selectionMs;
  });
  const at = `at ${count(sizes.large.rows)}, ${phase}`;
  const work = (what: string, unit: string, seen: AgainstSmall['rounds']): AgainstSmall => ({
    goal: { id: 'P4', what: `${what} ${at}`, unit: `× at ${count(sizes.small.rows)}`, ...TIME },
    symbol: `${what}, ${phase}`,
    unit,
    rounds: seen,
    detail: `${median(seen.large).toFixed(2)} ${unit}, ${median(seen.small).toFixed(2)} at ${count(sizes.small.rows)}`,
  });
  return againstSmall(
    [
      work('selection', 'ms', selection),
      work('buffers of it', 'buffers', buffers),
      work('whole claim', 'ms', whole),
    ],
    phase === 'early'
      ? [
          'P4: the claim statement of the program under EXPLAIN (ANALYZE, BUFFERS), as in the ordinary benchmark.',
        ]
      : ['P4: late, everybody who needed a check has had it, the rows are vacuumed, and 200 are due.'],
  );
}

/** Takes both registries to the end of a sweep. */
export async function goToTheEnd({ small, large }: Sizes): Promise<void> {
  for (const { url } of [small, large]) await onDatabase(url, finishSelection);
}
