import type { Counter, LabelValues } from 'prom-client';

/**
 * Lets a counter stand at 0 for every combination of these labels. Otherwise each of its figures is missing until its
 * first event, appears as 1, and a rule of docs/alerts.yml that asks for an increase sees none.
 */
export function startAtZero<L extends string>(
  counter: Counter<L>,
  labels: Readonly<Record<NoInfer<L>, readonly string[]>>,
): void {
  let combinations: LabelValues<string>[] = [{}];
  for (const [label, values] of Object.entries<readonly string[]>(labels)) {
    combinations = combinations.flatMap((some) => values.map((value) => ({ ...some, [label]: value })));
  }
  for (const each of combinations) counter.inc(each as LabelValues<L>, 0);
}
