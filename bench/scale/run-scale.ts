import { setTimeout as wait } from 'node:timers/promises';
import type { Report } from '../report';
import type { BenchEnvironment } from '../environment';
import { measureScale, noFindings, type ScaleFindings } from './measure-scale';
import { scaleTerms } from './scale-terms';

export interface ScaleWishes {
  readonly rows: number;
  readonly machine: string;
  readonly say: (sentence: string) => void;
  readonly seconds: () => number;
}

/** Measures until all is done or the time is over; what was found until then is the report. */
export async function runScale(
  environment: BenchEnvironment,
  { rows, machine, say, seconds }: ScaleWishes,
): Promise<{ readonly report: Report; readonly findings: ScaleFindings }> {
  const terms = scaleTerms(rows);
  const findings = noFindings();
  const over = new AbortController();
  const timeIsOver = wait((terms.totalSeconds - seconds()) * 1000, 'over', { signal: over.signal });
  const measuring = measureScale({ environment, terms, say, seconds }, findings);
  // A measurement that is cut off fails when its servers go; nobody waits for it any more.
  measuring.catch(() => undefined);
  timeIsOver.catch(() => undefined);
  const end = await Promise.race([measuring.then(() => 'done'), timeIsOver]);
  over.abort();
  if (end === 'over') findings.notes.push('The time was over before everything was measured.');
  const { measurements, loadingSeconds } = findings;
  const large = findings.loaded?.large.rows ?? 0;
  const report: Report = {
    terms: `Scale: ${large} persons against ${terms.smallRows}, ${terms.rounds} rounds`,
    machine,
    settings: environment.settings,
    loadingSeconds,
    measurements,
    seconds: seconds(),
  };
  return { report, findings };
}
