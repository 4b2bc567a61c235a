/** No line of the demo is wider. */
export const COLUMNS = 80;

/** Progress, on standard error. */
export function announce(sentence: string): void {
  write(process.stderr, [sentence]);
}

/** The results of the demo, on standard output. Long lines are wrapped. */
export function print(...texts: readonly string[]): void {
  write(process.stdout, texts);
}

/** A title between the results. */
export function printTitle(title: string): void {
  process.stdout.write(`${style(process.stdout, 'bold', title)}\n`);
}

/** The last line of a part of the demo. */
export function printVerdict(isRight: boolean, sentence: string): void {
  process.stdout.write(`${style(process.stdout, isRight ? 'green' : 'red', sentence)}\n`);
}

type Output = Pick<NodeJS.WriteStream, 'write'> & Partial<Pick<NodeJS.WriteStream, 'isTTY' | 'hasColors'>>;

function write(output: Output, texts: readonly string[]): void {
  const lines = texts.flatMap((text) => text.split('\n')).flatMap((line) => wrapped(line));
  output.write(`${lines.map((line) => coloured(output, line)).join('\n')}\n`);
}

/**
 * The line in pieces of at most 80 columns, broken at spaces; a word that is wider is cut. Pieces after the first are
 * indented by `indent`, unless given two columns more than the line itself.
 */
export function wrapped(line: string, indent = leadingSpaces(line) + 2): string[] {
  if (line.length <= COLUMNS) return [line];
  const space = line.lastIndexOf(' ', COLUMNS);
  const isWord = space <= Math.max(leadingSpaces(line), indent);
  const [piece, rest] = isWord
    ? [line.slice(0, COLUMNS), line.slice(COLUMNS)]
    : [line.slice(0, space).trimEnd(), line.slice(space + 1)];
  return [piece, ...wrapped(' '.repeat(indent) + rest.trimStart(), indent)];
}

function leadingSpaces(line: string): number {
  return line.length - line.trimStart().length;
}

/** Cells in columns, each as wide as its widest cell; the last one is wrapped to the width of the terminal. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const indent = widths.slice(0, -1).reduce((sum, width) => sum + width + 2, 0);
  return rows
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .flatMap((line) => wrapped(line.trimEnd(), indent))
    .join('\n');
}

/** Escape sequences of a terminal: on and off. */
const STYLES = { bold: [1, 22], red: [31, 39], green: [32, 39], yellow: [33, 39] } as const;

type Style = keyof typeof STYLES;

const WORDS: readonly (readonly [RegExp, Style])[] = [
  [/(?<![A-Z_])(?:VERIFIED|AUTO_VALID|FINISHED)(?![A-Z_])/g, 'green'],
  [/(?<![A-Z_])(?:NOT_VERIFIED|AUTO_NOT_VALID|AUTO_INCORRECT_DATA|WRONG)(?![A-Z_])/g, 'red'],
  [/(?<![A-Z_])(?:CHANGES_NEEDED|VERIFICATION_NEEDED|IN_REVIEW)(?![A-Z_])/g, 'yellow'],
];

/** The words of statuses in colour, on a terminal that has colours. */
export function coloured(output: Output, line: string): string {
  return WORDS.reduce(
    (text, [words, colour]) => text.replace(words, (word) => style(output, colour, word)),
    line,
  );
}

/** `hasColors` respects NO_COLOR and a dumb terminal. */
function style(output: Output, how: Style, text: string): string {
  const hasColours = output.isTTY === true && output.hasColors?.() === true;
  const [on, off] = STYLES[how];
  return hasColours ? `\x1b[${on}m${text}\x1b[${off}m` : text;
}
