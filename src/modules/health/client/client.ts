import { setTimeout as delay } from 'node:timers/promises';
import type { DeployedService } from '../../../module/service.ts';
import type { Logger } from '../../../observability/logger.ts';
import type { PostgresPing } from '../../../upstream/postgres/pools.ts';
import { postgresService } from '../../../upstream/postgres/postgres-service.ts';
import { anonymous } from '../../../viewer/anonymous.ts';
import type { Call } from '../../../viewer/call.ts';
import { probeFailure } from './errors.ts';
import { probeHttp } from './probe-http.ts';
import type { Health, HealthStatus, ProbeResult, ServiceHealth } from './types.ts';
import { watchServices } from './watch-services.ts';

export interface HealthClientDeps {
  /** Of this product, from package.json. */
  readonly version: string;
  /** All HTTP services; one that is not deployed is NOT_CONFIGURED. */
  readonly deployedServices: () => readonly DeployedService[];
  /** What probes send to a service behind a gateway. */
  readonly keys: { readonly anonKey: string | undefined; readonly serviceKey: string | undefined };
  /** One round trip to Postgres; undefined where no database is configured. */
  readonly pingPostgres?: ((signal: AbortSignal) => Promise<PostgresPing>) | undefined;
  readonly log: Logger;
}

export interface HealthClient {
  /** Waits briefly for a fresh probe, then goes by the last one: a service that hangs does not make it hang. */
  health(): Promise<Health>;
  /** All services in the order of the enum, at most `shareMs` old. Never throws. */
  serviceHealth(): Promise<readonly ServiceHealth[]>;
  /** The present states, then changes of what `visible` says of a service. Ends when `signal` aborts. */
  watch(
    visible: (service: ServiceHealth) => string,
    signal: AbortSignal,
  ): AsyncIterableIterator<ServiceHealth>;
  /** Those of `names` that are not up. */
  missing(names: readonly string[]): Promise<string[]>;
  close(): void;
}

type Snapshot = readonly ServiceHealth[];

/** Longest wait for one service. */
const probeTimeoutMs = 2_000;
/** How long the answers serve everybody who asks. */
const shareMs = 1_000;
/** Between two probes while somebody watches. */
const watchMs = 5_000;
const healthPatienceMs = 250;

/** Probes the services. Everybody who asks within `shareMs` shares one probe, which no caller's leaving stops. */
export function createHealthClient(deps: HealthClientDeps): HealthClient {
  const started = performance.now();
  const ended = new AbortController();
  const listeners = new Set<(snapshot: Snapshot) => void>();
  let flight: Promise<Snapshot> | undefined;
  let patience: Promise<void> | undefined;
  let last: { readonly snapshot: Snapshot; readonly at: number } | undefined;
  let timer: NodeJS.Timeout | undefined;

  const nothing = (name: string) => ({
    name,
    checkedAt: new Date().toISOString(),
    latency: null,
    version: null,
    reason: null,
    circuit: null,
  });

  async function probeDatabase(): Promise<ServiceHealth> {
    const known = nothing(postgresService.name);
    if (deps.pingPostgres === undefined) return { ...known, status: 'NOT_CONFIGURED' };
    return { ...known, ...(await probePostgres(deps.pingPostgres, signalOfProbe())) };
  }

  async function probe(service: DeployedService): Promise<ServiceHealth> {
    const known = nothing(service.name);
    const { deployed } = service;
    if (deployed === undefined) return { ...known, status: 'NOT_CONFIGURED' };
    const { anonKey, serviceKey } = deps.keys;
    const result = await probeHttp({
      service,
      deployed,
      apikey: service.probe.needsServiceKey ? serviceKey : (anonKey ?? serviceKey),
      call: probeCall(deps.log, signalOfProbe()),
      timeoutMs: probeTimeoutMs,
    });
    const { circuit } = deployed.upstream;
    // The service answers again, but calls are still refused until the circuit has tried it.
    const trouble = circuit === 'OPEN' ? 'The circuit is open.' : service.trouble();
    const degraded = result.status === 'UP' && trouble !== undefined;
    return {
      ...known,
      ...result,
      circuit,
      ...(degraded ? { status: 'DEGRADED', reason: trouble } : {}),
    };
  }

  const signalOfProbe = (): AbortSignal =>
    AbortSignal.any([ended.signal, AbortSignal.timeout(probeTimeoutMs)]);

  function refresh(): Promise<Snapshot> {
    flight ??= Promise.all([probeDatabase(), ...deps.deployedServices().map(probe)])
      .then((snapshot) => {
        last = { snapshot, at: performance.now() };
        for (const listener of [...listeners]) listener(snapshot);
        return snapshot;
      })
      .finally(() => {
        flight = undefined;
        patience = undefined;
      });
    return flight;
  }

  const isFresh = (): boolean => last !== undefined && performance.now() - last.at < shareMs;

  async function serviceHealth(): Promise<Snapshot> {
    return last !== undefined && isFresh() ? last.snapshot : await refresh();
  }

  function scheduleWatch(): void {
    if (timer !== undefined || listeners.size === 0 || ended.signal.aborted) return;
    timer = setTimeout(() => {
      timer = undefined;
      void refresh().finally(scheduleWatch);
    }, watchMs);
    timer.unref();
  }

  return {
    serviceHealth,
    async health() {
      const fresh = serviceHealth();
      if (last !== undefined && !isFresh()) {
        patience ??= delay(healthPatienceMs, undefined, { ref: false });
        await Promise.race([fresh, patience]);
      }
      const snapshot = last?.snapshot ?? (await fresh);
      return {
        status: overall(snapshot),
        uptime: (performance.now() - started) / 1000,
        version: deps.version,
      };
    },
    watch(visible, signal) {
      const source = {
        listen(onSnapshot: (snapshot: Snapshot) => void) {
          listeners.add(onSnapshot);
          void serviceHealth().then((snapshot) => {
            if (listeners.has(onSnapshot)) onSnapshot(snapshot);
          });
          scheduleWatch();
          return () => {
            listeners.delete(onSnapshot);
            if (listeners.size > 0) return;
            clearTimeout(timer);
            timer = undefined;
          };
        },
      };
      return watchServices(source, visible, AbortSignal.any([signal, ended.signal]));
    },
    async missing(names) {
      if (names.length === 0) return [];
      const up = new Set(
        (await serviceHealth()).filter(({ status }) => status === 'UP').map(({ name }) => name),
      );
      return names.filter((name) => !up.has(name));
    },
    close() {
      ended.abort();
      clearTimeout(timer);
    },
  };
}

async function probePostgres(
  ping: (signal: AbortSignal) => Promise<PostgresPing>,
  signal: AbortSignal,
): Promise<ProbeResult> {
  try {
    return { status: 'UP', ...(await ping(signal)), reason: null };
  } catch (error) {
    return { status: 'DOWN', latency: null, version: null, reason: probeFailure(error) };
  }
}

function overall(snapshot: Snapshot): HealthStatus {
  const configured = snapshot.filter(({ status }) => status !== 'NOT_CONFIGURED');
  if (configured.every(({ status }) => status === 'UP')) return 'OK';
  return configured.every(({ status }) => status === 'DOWN') ? 'DOWN' : 'DEGRADED';
}

/** Probes are nobody's: they carry no caller's credential, address or signal. */
function probeCall(log: Logger, signal: AbortSignal): Call {
  return {
    viewer: anonymous,
    signal,
    requestId: 'probe',
    log,
    clientAddress: undefined,
    userAgent: undefined,
    headers: {},
  };
}
