import { Metrics } from '../../src/observability';

/** What Prometheus adds to each series that it collects. */
const ADDED_LABELS: readonly string[] = ['job', 'instance'];

/** The metrics of a process, as declared. */
export const METRICS = new Metrics().registry.getMetricsAsArray();

const LABELS = new Map(METRICS.map((metric) => [metric.name, labelsOf(metric)]));

/** The labels with which a metric was declared; the type of the list keeps them to itself. */
export function labelsOf(metric: object): readonly string[] {
  return 'labelNames' in metric && Array.isArray(metric.labelNames) ? (metric.labelNames as string[]) : [];
}

/**
 * The labels a series of this name has of its own, and undefined when no process has such a series. `up` is made by
 * Prometheus; a histogram is scraped as three series, of which the buckets have their bound.
 */
export function labelsOfScraped(name: string): readonly string[] | undefined {
  if (name === 'up') return [];
  const declared = LABELS.get(name);
  if (declared !== undefined) return declared;
  const labels = LABELS.get(name.replace(/_(bucket|count|sum)$/, ''));
  return name.endsWith('_bucket') ? labels && [...labels, 'le'] : labels;
}

/**
 * Names of metrics and labels in an expression that no process has. `job` is the label of the process: an expression that
 * asks our own metrics for it means a label of theirs.
 */
export function unknownNamesIn(expression: string): { metrics: string[]; labels: string[] } {
  const names = metricNamesIn(expression);
  const isOurs = names.some((name) => !/^(up$|process_|nodejs_)/.test(name));
  const known = [
    ...names.flatMap((name) => labelsOfScraped(name) ?? []),
    ...ADDED_LABELS.filter((label) => !isOurs || label !== 'job'),
  ];
  return {
    metrics: names.filter((name) => labelsOfScraped(name) === undefined),
    labels: labelNamesIn(expression).filter((label) => !known.includes(label)),
  };
}

/** Words of the expression language that occur where the name of a metric could. */
const WORDS =
  /^(sum|max|min|count|time|rate|increase|absent|histogram_quantile|min_over_time|max_over_time|clamp_min|topk|by|and|or|unless|on|vector|e\d*)$/;

/** Names of metrics in an expression: what is left without labels, spans, texts and words of the language. */
export function metricNamesIn(expression: string): string[] {
  const bare = expression
    .replace(/"[^"]*"/g, '')
    .replace(/\{[^}]*\}/g, '')
    .replace(/\[[^\]]*\]/g, '')
    .replace(/(?:by|on) \([^)]*\)/g, '');
  return [...bare.matchAll(/(?<![\w.$])([a-z]\w*)/g)]
    .map(([, word = '']) => word)
    .filter((word) => !WORDS.test(word));
}

function labelNamesIn(expression: string): string[] {
  const matchers = [...expression.matchAll(/\{([^}]*)\}/g)].flatMap(([, inside = '']) =>
    [...inside.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label),
  );
  const groups = [...expression.matchAll(/(?:by|on) \(([^)]*)\)/g)].flatMap(([, list = '']) =>
    list.split(/,\s*/),
  );
  return [...matchers, ...groups];
}
