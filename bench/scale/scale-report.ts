import { type Report, reportFields, reportText, table } from '../report';
import { median, spread } from '../statistics';
import type { CheckedModel } from './check-model';
import { COUNTRY_PERSONS, durationText, type FirstSweep } from './first-sweep';
import { count } from './loading-plan';
import type { ScaleFindings } from './measure-scale';
import type { WatchedTable } from './vacuum-watch';

/** What is detail of the figures, and what is not a figure. */
export function scaleText(report: Report, findings: ScaleFindings): string {
  return [reportText(report), ...sectionsOf(findings)].join('\n');
}

/** The same on one line, for programs. */
export function scaleJson(report: Report, findings: ScaleFindings): string {
  const { loaded, sizes, watched, sweptWatched, model, firstSweeps, notes } = findings;
  return JSON.stringify({
    ...reportFields(report),
    scale: { loaded, sizes, watched, swept_watched: sweptWatched, model, first_sweeps: firstSweeps, notes },
  });
}

function sectionsOf(findings: ScaleFindings): string[] {
  return [
    ...loadedLines(findings),
    ...sizeLines(findings),
    ...watchedLines('Tables while the large registry was worked on', findings.watched),
    ...watchedLines('Tables of the registry that was swept twice', findings.sweptWatched),
    ...modelLines(findings.model),
    ...sweepLines(findings.firstSweeps, findings.model),
    ...findings.notes,
    '',
  ];
}

function loadedLines({ loaded }: ScaleFindings): string[] {
  if (loaded === undefined) return [];
  const { large, wanted } = loaded;
  const fewer = large.rows < wanted ? ` of ${count(wanted)} wanted` : '';
  return [
    `${count(large.rows)} persons${fewer} were loaded in ${Math.round(large.seconds)} s: ${gb(large.bytes)}, ${Math.round(large.bytes / large.rows)} bytes a person.`,
    '',
  ];
}

function sizeLines({ sizes }: ScaleFindings): string[] {
  if (sizes.length === 0) return [];
  const lines = sizes.map(({ name, isIndex, bytes, bytesPerPerson }) => [
    isIndex ? `  ${name}` : name,
    gb(bytes),
    bytesPerPerson.toFixed(0),
  ]);
  return [...table([['table or index', 'size', 'bytes a person'], ...lines]), ''];
}

function watchedLines(what: string, watched: readonly WatchedTable[]): string[] {
  if (watched.length === 0) return [];
  const lines = watched.map(({ table: name, before, after, mostDeadRows }) => [
    name,
    change(before.tableBytes, after.tableBytes),
    change(before.indexBytes, after.indexBytes),
    String(mostDeadRows),
    String(after.deadRows),
    String(after.autovacuums - before.autovacuums),
  ]);
  const header = ['', 'table', 'indexes', 'dead rows at most', 'at the end', 'autovacuums'];
  return [`${what}:`, ...table([header, ...lines]), ''];
}

function modelLines(model: CheckedModel | undefined): string[] {
  if (model === undefined) return [];
  const { worker, database, registerPerCallMs, commitMs } = model.costs;
  const ms = (value: number): string => value.toFixed(3);
  const lines = model.checks.map(({ load, predicted, measured, personsPerGroup, foreignCores, noisy }) => {
    const seen = median(measured);
    return [
      `${load.workers} × ${load.callsPerWorker} calls, ${load.latencyMs} ms`,
      Math.round(predicted).toString(),
      Math.round(seen).toString(),
      `${Math.round(spread(measured) * 100)} %`,
      `${predicted >= seen ? '+' : ''}${Math.round((predicted / seen - 1) * 100)} %`,
      Math.round(personsPerGroup).toString(),
      `${foreignCores.toFixed(2)} cores`,
      noisy ? 'noisy' : '',
    ];
  });
  return [
    'The model against what was measured, persons a second:',
    ...table([
      ['workers', 'predicted', 'measured', '±', 'difference', 'a group', 'used by others', ''],
      ...lines,
    ]),
    `Fed with one worker alone: worker ${ms(worker.perPersonMs)} ms a person and ${ms(worker.perGroupMs)} a group, database ` +
      `${ms(database.perPersonMs)} and ${ms(database.perGroupMs)}, sandbox ${ms(registerPerCallMs)} a call, a commit waits ${ms(commitMs)} ms. Cores that others used are taken off.`,
    '',
  ];
}

function sweepLines(sweeps: readonly FirstSweep[], model: CheckedModel | undefined): string[] {
  if (sweeps.length === 0 || model === undefined) return [];
  const lines = sweeps.map((sweep) => [
    String(sweep.answersPerSecond),
    String(sweep.workers),
    String(sweep.callsPerWorker),
    Math.round(sweep.personsPerSecond).toString(),
    durationText(sweep.hours),
    sweep.limit,
    sweep.isWithinSeen ? '' : 'beyond what was seen',
  ]);
  const header = ['answers/s', 'workers', 'calls each', 'persons/s', 'first sweep', 'limit', ''];
  return [
    `A first sweep of ${count(COUNTRY_PERSONS)}, each worker on a core of its own, this machine's cores for the database alone, 50 ms latency:`,
    ...table([header, ...lines]),
    `The model was off by ${Math.round(model.error * 100)} % at most where it could be checked: up to four workers on one machine. A line marked ` +
      `"beyond what was seen" asks of the database more than it did in this run, where it shared its cores with everything else; believe its order of magnitude.`,
    '',
  ];
}

const gb = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`;
const mb = (bytes: number): string => (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);
const change = (before: number, after: number): string => `${mb(before)} → ${mb(after)} MB`;
