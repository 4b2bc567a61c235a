/** What the first rows of a registry cost, measured on this machine. */
export interface ProbedRows {
  readonly rows: number;
  /** Tables and indexes. */
  readonly bytes: number;
  readonly seconds: number;
}

export interface LoadingLimits {
  readonly wantedRows: number;
  readonly freeBytes: number;
  readonly budgetSeconds: number;
}

export type LoadingPlan =
  | { readonly kind: 'refused'; readonly sentence: string }
  /** `sentence` explains why there are fewer rows than wanted. */
  | { readonly kind: 'load'; readonly rows: number; readonly needBytes: number; readonly sentence?: string };

/** Sorting for indexes, the log of the database and what a sweep leaves behind need disk beside the rows. */
const FREE_DISK_FACTOR = 1.5;
/** Sorting grows a little faster than the rows. */
const SLOWER_WHEN_LARGER = 1.15;

const GB = 1e9;

/** Whether so many rows may be loaded here, and how many of them there is time for. */
export function planLoading(probed: ProbedRows, limits: LoadingLimits): LoadingPlan {
  const bytesPerRow = probed.bytes / probed.rows;
  const needBytes = bytesPerRow * limits.wantedRows;
  if (needBytes * FREE_DISK_FACTOR > limits.freeBytes) {
    const most = Math.floor(limits.freeBytes / FREE_DISK_FACTOR / bytesPerRow / 100_000) * 100_000;
    return {
      kind: 'refused',
      sentence:
        `${count(limits.wantedRows)} persons of ${Math.round(bytesPerRow)} bytes each need ${gigabytes(needBytes)}, ` +
        `and half as much again beside them; free are ${gigabytes(limits.freeBytes)}. ` +
        `--rows ${most} would fit.`,
    };
  }
  const secondsPerRow = (probed.seconds / probed.rows) * SLOWER_WHEN_LARGER;
  const inTime = Math.floor(limits.budgetSeconds / secondsPerRow / 100_000) * 100_000;
  if (inTime >= limits.wantedRows || limits.wantedRows <= probed.rows) {
    return { kind: 'load', rows: limits.wantedRows, needBytes };
  }
  const rows = Math.max(inTime, probed.rows);
  return {
    kind: 'load',
    rows,
    needBytes: bytesPerRow * rows,
    sentence:
      `Loading ${count(limits.wantedRows)} persons would take ${Math.round((limits.wantedRows * secondsPerRow) / 60)} minutes ` +
      `on this machine now, and ${Math.round(limits.budgetSeconds / 60)} are left for it: ${count(rows)} are loaded instead.`,
  };
}

const gigabytes = (bytes: number): string => `${(bytes / GB).toFixed(1)} GB`;

/** `20 M`, `1.5 M`, `100 k`. */
export function count(rows: number): string {
  return rows >= 1e6 ? `${Number((rows / 1e6).toFixed(2))} M` : `${Math.round(rows / 1e3)} k`;
}
