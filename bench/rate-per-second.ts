/** Does something with each of them, so many at once, and returns how many were done a second. */
export async function ratePerSecond<One>(
  all: readonly One[],
  inFlight: number,
  work: (one: One, index: number) => Promise<unknown>,
): Promise<number> {
  const left = all.values();
  const startedAtMs = performance.now();
  await Promise.all(
    Array.from({ length: inFlight }, async (_, index) => {
      for (const one of left) await work(one, index);
    }),
  );
  return all.length / ((performance.now() - startedAtMs) / 1000);
}
