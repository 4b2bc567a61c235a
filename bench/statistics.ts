export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const [low = NaN, high = NaN] = [sorted[sorted.length % 2 === 1 ? middle : middle - 1], sorted[middle]];
  return (low + high) / 2;
}

/** How far the largest value lies above the smallest, as a share of the smallest. */
export function difference(values: readonly number[]): number {
  const smallest = Math.min(...values);
  return values.length < 2 || smallest <= 0 ? 0 : Math.max(...values) / smallest - 1;
}

/** Half the distance between the largest and the smallest value, as a share of the median. */
export function spread(values: readonly number[]): number {
  const middle = median(values);
  return middle === 0 ? 0 : (Math.max(...values) - Math.min(...values)) / 2 / Math.abs(middle);
}

/** The value of each round, divided by the mean of the reference before and after it. */
export function ratios(values: readonly number[], references: readonly number[]): number[] {
  return values.map((value, round) => {
    const before = references[round] ?? NaN;
    return value / ((before + (references[round + 1] ?? before)) / 2);
  });
}
