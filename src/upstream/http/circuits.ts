import { AppError } from '../../lib/app-error.ts';
import { type Circuit, type CircuitState, createCircuit, type Passage } from '../../lib/circuit.ts';
import { createLru } from '../../lib/lru.ts';
import type { Logger } from '../../observability/logger.ts';
import { countsAgainstService, toFailure } from './failure.ts';
import type { UpstreamMetrics } from './types.ts';

export interface Circuits {
  /** Of the service as a whole; calls with a key of their own do not touch it. */
  readonly state: CircuitState;
  /**
   * Runs one attempt under the circuit of `key` (or under none) and counts it. Throws AppError
   * UPSTREAM_UNAVAILABLE while that circuit is open; else whatever `run` throws, as UpstreamFailure.
   */
  watch<T extends { status: number }>(
    under: 'bypass' | { key: string | undefined },
    run: () => Promise<T>,
  ): Promise<T>;
}

const maxKeys = 200;

/** The circuit of a service, and one for each key that hosts others behind it. */
export function createCircuits(deps: {
  service: string;
  log: Logger;
  metrics: UpstreamMetrics | undefined;
}): Circuits {
  const { service, log, metrics } = deps;
  const byKey = createLru<string, Circuit>(maxKeys);
  const create = (key: string | undefined) =>
    createCircuit({
      onChange: (state) => {
        log.warn({ service, circuit: state, key }, 'circuit changed');
        if (key === undefined) metrics?.circuitChanged(service, state);
      },
    });
  const main = create(undefined);

  const circuitOf = (key: string | undefined): Circuit => {
    if (key === undefined) return main;
    const known = byKey.get(key);
    if (known !== undefined) return known;
    const circuit = create(key);
    byKey.set(key, circuit);
    return circuit;
  };
  const enter = (key: string | undefined): Passage => {
    const passage = circuitOf(key).enter();
    if (passage !== undefined) return passage;
    metrics?.upstreamRequest(service, 'circuit-open', 0);
    throw new AppError('UPSTREAM_UNAVAILABLE', `${service} is failing and is given time to recover.`, {
      details: { service },
    });
  };

  return {
    get state() {
      return main.state;
    },
    async watch(under, run) {
      const passage = under === 'bypass' ? undefined : enter(under.key);
      const startedAt = performance.now();
      const observe = (outcome: string) =>
        metrics?.upstreamRequest(service, outcome, (performance.now() - startedAt) / 1_000);
      try {
        const answer = await run();
        // 500 is what Storage and Auth answer to a client's fault; these three come from what stands before them.
        if (answer.status >= 502 && answer.status <= 504) passage?.failed();
        else passage?.succeeded();
        observe(String(answer.status));
        return answer;
      } catch (error) {
        const failure = toFailure(error);
        if (countsAgainstService(failure)) passage?.failed();
        else passage?.abandoned();
        observe(failure.kind);
        throw failure;
      }
    },
  };
}
