/**
 * The first and the last look within the middle eight tenths of a run: a run that begins and one that ends are not
 * full load.
 */
export function middleOf<Look extends { readonly persons: number; readonly atMs: number }>(
  looks: readonly Look[],
): { readonly from: Look; readonly to: Look } {
  const first = looks[0]?.persons ?? 0;
  const all = (looks.at(-1)?.persons ?? 0) - first;
  const within = looks.filter(({ persons }) => persons >= first + 0.1 * all && persons <= first + 0.9 * all);
  const [from, to] = [within[0], within.at(-1)];
  if (from === undefined || to === undefined || to.persons === from.persons) {
    throw new Error('The run was too short to be measured.');
  }
  return { from, to };
}
