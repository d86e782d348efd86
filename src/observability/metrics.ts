import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** The gateway's own measures. Label values are closed sets, so that no caller can make new series. */
export interface Metrics {
  readonly contentType: string;
  /** Prometheus text. */
  text(): Promise<string>;
  /** `code` is `OK`, the first error's code, or `CANCELLED` for a caller who left. */
  operation(type: string, code: string, seconds: number): void;
  subscriptionStarted(): void;
  subscriptionEnded(): void;
  /** What is held just now, by what it is, read whenever the metrics are. */
  holdings(name: string, help: string, read: () => Readonly<Record<string, number>>): void;
  /** A limit refused something; `limit` names the limit. With 0 `times` it is shown before it refuses anything. */
  limitHit(limit: string, times?: number): void;
  /** An attempt at an account failed; `field` is the mutation that does the same. */
  attemptFailed(field: string): void;
  /** `outcome` is a status code or the kind of failure. */
  upstreamRequest(service: string, outcome: string, seconds: number): void;
  circuitChanged(service: string, state: 'CLOSED' | 'HALF_OPEN' | 'OPEN'): void;
}

const circuitValues = { CLOSED: 0, HALF_OPEN: 1, OPEN: 2 } as const;
const secondsBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** A registry of its own. `process: false` leaves out memory, CPU and event loop. */
export function createMetrics(options: { process?: boolean } = {}): Metrics {
  const registry = new Registry();
  const registers = [registry];
  if (options.process ?? true) collectDefaultMetrics({ register: registry });

  const operations = new Histogram({
    name: 'bunbun_operation_duration_seconds',
    help: 'GraphQL operations by type and first error code; CANCELLED where the caller left first.',
    labelNames: ['type', 'code'],
    buckets: secondsBuckets,
    registers,
  });
  const subscriptions = new Gauge({
    name: 'bunbun_active_subscriptions',
    help: 'Running subscriptions; over WebSocket, identical ones of one identity run as one.',
    registers,
  });
  const limits = new Counter({
    name: 'bunbun_limit_hits_total',
    help: 'Refusals by the limit that refused.',
    labelNames: ['limit'],
    registers,
  });
  const attempts = new Counter({
    name: 'bunbun_failed_attempts_total',
    help: 'Failed attempts to sign in or up, by what was tried: by GraphQL and by the pass-through.',
    labelNames: ['field'],
    registers,
  });
  const upstream = new Histogram({
    name: 'bunbun_upstream_request_duration_seconds',
    help: 'Requests to services by status or kind of failure.',
    labelNames: ['service', 'outcome'],
    buckets: secondsBuckets,
    registers,
  });
  const circuits = new Gauge({
    name: 'bunbun_circuit_state',
    help: '0 closed, 1 half open, 2 open.',
    labelNames: ['service'],
    registers,
  });

  // prom-client hashes labels at each call; the series that exist are few, so their handles are kept.
  const operationSeries = new Map<string, { observe(seconds: number): void }>();
  const seriesOf = (type: string, code: string) => {
    const key = `${type} ${code}`;
    let series = operationSeries.get(key);
    if (series === undefined) {
      series = operations.labels(type, code);
      operationSeries.set(key, series);
    }
    return series;
  };

  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    operation: (type, code, seconds) => seriesOf(type, code).observe(seconds),
    subscriptionStarted: () => subscriptions.inc(),
    subscriptionEnded: () => subscriptions.dec(),
    holdings(name, help, read) {
      new Gauge({
        name,
        help,
        labelNames: ['what'],
        registers,
        collect() {
          for (const [what, count] of Object.entries(read())) this.set({ what }, count);
        },
      });
    },
    limitHit: (limit, times = 1) => limits.inc({ limit }, times),
    attemptFailed: (field) => attempts.inc({ field }),
    upstreamRequest: (service, outcome, seconds) => upstream.observe({ service, outcome }, seconds),
    circuitChanged: (service, state) => circuits.set({ service }, circuitValues[state]),
  };
}
