import type { Figure, Measured, Reference } from './goal';
import { difference } from './statistics';

/** A machine that changes more than this between two measurements of the same thing is no basis for a comparison. */
const NOISY_ABOVE = 0.2;

/** A figure with the verdict on the machine while it was measured. */
export interface Judged extends Figure {
  readonly noisy: boolean;
}

export interface JudgedMeasurement extends Measured {
  readonly figures: readonly Judged[];
}

export interface Repeating {
  readonly say: (sentence: string) => void;
  /** Whether there is time for something that takes so long. */
  readonly hasTimeFor: (seconds: number) => boolean;
}

/** Measures, and once more when the references differ; what is then still restless is called so. */
export async function measureTwiceIfNoisy(
  measure: () => Promise<Measured>,
  { say, hasTimeFor }: Repeating,
): Promise<JudgedMeasurement> {
  const startedAtMs = performance.now();
  const first = judged(await measure());
  if (!first.figures.some(({ noisy }) => noisy)) return first;
  if (!hasTimeFor((performance.now() - startedAtMs) / 1000)) {
    say('The references differ by more than 20 %, and there is no time to measure once more.');
    return first;
  }
  say('The references differ by more than 20 %: measured once more.');
  return judged(await measure());
}

/** The verdict on each figure by the reference it is divided by. */
export function judged(measured: Measured): JudgedMeasurement {
  const noisy = new Set(measured.references.filter(isNoisy).map(({ symbol }) => symbol));
  return {
    ...measured,
    figures: measured.figures.map((figure) => ({ ...figure, noisy: noisy.has(figure.reference ?? '') })),
  };
}

export function isNoisy({ values }: Pick<Reference, 'values'>): boolean {
  return difference(values) > NOISY_ABOVE;
}
