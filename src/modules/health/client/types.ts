import type { CircuitState } from '../../../lib/circuit.ts';

export const healthStatuses = ['OK', 'DEGRADED', 'DOWN'] as const;
export type HealthStatus = (typeof healthStatuses)[number];

export const serviceStatuses = ['UP', 'DEGRADED', 'DOWN', 'NOT_CONFIGURED'] as const;
type ServiceStatus = (typeof serviceStatuses)[number];

export interface Health {
  readonly status: HealthStatus;
  /** Seconds since the process began to serve. */
  readonly uptime: number;
  readonly version: string;
}

export interface ServiceHealth {
  readonly name: string;
  readonly status: ServiceStatus;
  /** Milliseconds of the probe; null when the service did not answer. */
  readonly latency: number | null;
  /** ISO 8601, UTC. */
  readonly checkedAt: string;
  readonly version: string | null;
  readonly reason: string | null;
  readonly circuit: CircuitState | null;
}

/** What one probe found out. */
export interface ProbeResult {
  readonly status: 'UP' | 'DEGRADED' | 'DOWN';
  readonly latency: number | null;
  readonly version: string | null;
  readonly reason: string | null;
}
