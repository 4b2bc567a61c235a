import { parseArgs } from 'node:util';

const USAGE =
  'usage: npm run bench [-- [<figure>…] [--quick] [--json]]\n       npm run bench -- --scale [--rows <persons>] [--json]\n';
/** The country's registry is about twice that; the rest is worked out. */
const SCALE_ROWS = 20_000_000;
/** Fewer are done before a second is over. */
const FEWEST_ROWS = 100_000;

export interface Usage {
  /** What is measured, by the names of figures; everything when none is named. */
  readonly figures: readonly string[];
  readonly quick: boolean;
  readonly json: boolean;
  /** Persons of the large registry; undefined in an ordinary run. */
  readonly scaleRows: number | undefined;
}

/** Nothing when the command is misspelt: then the usage was printed. */
export function readUsage(known: readonly string[]): Usage | undefined {
  try {
    const boolean = { type: 'boolean', default: false } as const;
    const { values, positionals: figures } = parseArgs({
      allowPositionals: true,
      options: { quick: boolean, json: boolean, scale: boolean, rows: { type: 'string' } },
    });
    const { quick, json, scale, rows } = values;
    if (!figures.every((figure) => known.includes(figure))) throw new TypeError('no such figure');
    if (!scale && rows !== undefined) throw new TypeError('rows without a scale');
    if (scale && (quick || figures.length > 0)) throw new TypeError('options that do not go together');
    return { figures, quick, json, scaleRows: scale ? readRows(rows) : undefined };
  } catch {
    process.stderr.write(USAGE);
    return undefined;
  }
}

function readRows(text: string | undefined): number {
  const rows = text === undefined ? SCALE_ROWS : Number(text);
  if (!Number.isInteger(rows) || rows < FEWEST_ROWS) throw new TypeError('not a number of rows');
  return rows;
}
