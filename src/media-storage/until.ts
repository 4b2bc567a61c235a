import { StoreFailure } from './media-store';

/**
 * What the work resolves with, unless the signal comes first. A store should end by itself when the signal comes; a disk
 * that hangs does not, and whoever waits for it must be told all the same.
 */
export async function until<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  let stop: (() => void) | undefined;
  const late = new Promise<never>((_, reject) => {
    stop = () => reject(new StoreFailure('too_late'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    if (stop !== undefined) signal.removeEventListener('abort', stop);
  }
}
