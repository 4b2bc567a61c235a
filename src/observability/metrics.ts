import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics, type LabelValues } from 'prom-client';

/** In seconds: from one indexed statement to a register call at its deadline. */
const CALL_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** A write of a hundred persons takes milliseconds; one that takes a second waits for a lock. */
const WRITE_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];

/** A collection must not wait for a server that hangs: metrics are needed most at that moment. */
const REFRESH_DEADLINE_MS = 2_000;

/**
 * All metrics. Labels come from closed lists: never a person, a document, a message id. No label is called `job` or
 * `instance`: Prometheus uses these names for the process it collects from and renames ours.
 */
@Injectable()
export class Metrics {
  readonly registry = new Registry();
  private readonly refreshers: (() => Promise<void>)[] = [];

  readonly httpRequestSeconds = this.histogram(
    'http_request_duration_seconds',
    'Duration of a request by declared route',
    { labels: ['method', 'route', 'status'], buckets: CALL_SECONDS },
  );
  readonly registerCalls = this.counter(
    'register_calls_total',
    'Calls to the register by outcome: answered, or the kind of technical error',
    ['method', 'end'],
  );
  readonly registerCallSeconds = this.histogram(
    'register_call_duration_seconds',
    'Duration of a call to the register, from permit to answer',
    { labels: ['method'], buckets: CALL_SECONDS },
  );
  readonly circuitClosed = this.gauge(
    'register_circuit_closed',
    '1 while calls may go out, 0 while the circuit breaker is open',
    ['method'],
  );
  readonly registerPermits = this.gauge(
    'register_permits',
    'Permits for calls to the register that this process holds, and those in use by calls under way',
    ['state'],
  );
  readonly persons = this.counter(
    'verification_persons_total',
    'Persons by outcome: verified, refuted, absent, incorrect, superseded, technical error',
    ['stream', 'outcome'],
  );
  readonly parties = this.counter(
    'verification_parties_total',
    'Parties (health workers) by outcome, as for persons',
    ['stream', 'outcome'],
  );
  readonly claims = this.counter(
    'verification_claims_total',
    'Batches of persons or parties taken, and those whose claim expired',
    ['stream', 'subject', 'end'],
  );
  readonly jobSettingsDiffer = this.counter(
    'job_settings_differ_total',
    'Times a worker joined a run that began with another validation period than its own',
    ['stream', 'subject'],
  );
  readonly writeSeconds = this.histogram(
    'verification_write_duration_seconds',
    'Duration of writing one group of outcomes',
    {
      labels: ['stream', 'subject'],
      buckets: WRITE_SECONDS,
    },
  );
  readonly sqlStatements = this.counter(
    'sql_statements_total',
    'Statements sent to PostgreSQL, BEGIN and COMMIT included',
    [],
  );
  readonly transactionsRepeated = this.counter(
    'sql_transactions_repeated_total',
    'Transactions repeated after a deadlock or a serialization failure',
    [],
  );
  readonly backlog = this.gauge(
    'verification_backlog_persons',
    'Persons by state: due, claimed by a worker, waiting for a retry, or cannot be checked',
    ['stream', 'state'],
  );
  readonly partyBacklog = this.gauge(
    'verification_backlog_parties',
    'Parties (health workers) by state, as for persons',
    ['stream', 'state'],
  );
  readonly signUps = this.counter(
    'sign_ups_total',
    'Sign-up calls by outcome: what was created, or the code of the refusal',
    ['step', 'end'],
  );
  readonly revocationChecks = this.counter(
    'signature_revocation_checks_total',
    'Checks whether the certificate of a signer is revoked, by where the answer is from and what it says',
    ['source', 'result'],
  );
  readonly revocationFailures = this.counter(
    'signature_revocation_failures_total',
    'OCSP responses and revocation lists that were not received or do not count, by reason',
    ['source', 'why'],
  );
  readonly mediaUploadsWaiting = this.gauge(
    'media_uploads_waiting',
    'Objects in media storage whose registration has not committed yet',
    [],
  );
  readonly mediaOrphansRemoved = this.counter(
    'media_orphans_removed_total',
    'Objects removed because their registration did not commit',
    [],
  );
  readonly jobRuns = this.counter('job_runs_total', 'Runs by status', ['job_name', 'status']);
  readonly jobLastFinished = this.gauge(
    'job_last_finished_timestamp_seconds',
    'When a run of the job last finished; before the first one when its schedule was first seen, 0 if never',
    ['job_name'],
  );
  readonly jobPaused = this.gauge('job_paused', '1 while the job is paused, 0 otherwise', ['job_name']);
  readonly jobWakeUps = this.counter(
    'job_wake_ups_total',
    'Wake-up jobs of the queue that reached this process',
    ['job_name'],
  );
  readonly rowsPurged = this.counter(
    'rows_purged_total',
    'Rows removed because their retention period was over',
    ['table'],
  );
  readonly serverUp = this.gauge(
    'server_up',
    '1 while the server answers this process and, if it is PostgreSQL, may be written to',
    ['server'],
  );
  readonly buildInfo = this.gauge('build_info', 'Always 1: the version and the role of this process', [
    'version',
    'role',
  ]);
  private readonly refreshFailures = this.counter(
    'metrics_refresh_failures_total',
    'Metrics that could not be refreshed before a collection',
    [],
  );

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** Before each collection this brings figures up to date that are counted elsewhere, such as the backlog. */
  refreshBy(refresh: () => Promise<void>): void {
    this.refreshers.push(refresh);
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  /** All metrics in the text format of Prometheus. A figure that cannot be refreshed in time keeps its last value. */
  async text(): Promise<string> {
    await Promise.all(this.refreshers.map((refresh) => this.refreshInTime(refresh)));
    return this.registry.metrics();
  }

  private async refreshInTime(refresh: () => Promise<void>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('late')), REFRESH_DEADLINE_MS);
    });
    try {
      await Promise.race([refresh(), late]);
    } catch {
      this.refreshFailures.inc();
    } finally {
      clearTimeout(timer);
    }
  }

  private counter<L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  private gauge<L extends string>(name: string, help: string, labelNames: readonly L[]): Gauge<L> {
    return new Gauge({ name, help, labelNames, registers: [this.registry] });
  }

  private histogram<L extends string>(
    name: string,
    help: string,
    { labels, buckets }: { labels: readonly L[]; buckets: number[] },
  ): Histogram<L> {
    return new Histogram({ name, help, labelNames: labels, buckets, registers: [this.registry] });
  }
}

/**
 * Sets a counter to 0 for every combination of these labels. Otherwise a series is missing until its first event and
 * appears as 1, and an alert on `increase` does not see that event.
 */
export function startAtZero<L extends string>(
  counter: Counter<L>,
  labels: Readonly<Record<NoInfer<L>, readonly string[]>>,
): void {
  let combinations: LabelValues<string>[] = [{}];
  for (const [label, values] of Object.entries<readonly string[]>(labels)) {
    combinations = combinations.flatMap((some) => values.map((value) => ({ ...some, [label]: value })));
  }
  for (const each of combinations) counter.inc(each as LabelValues<L>, 0);
}
