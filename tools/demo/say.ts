/** What is being done, for who watches. */
export function tell(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}

/** What came out: the result of the demo. */
export function print(...lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}
