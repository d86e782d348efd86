import { expect, it } from 'vitest';
import { createMetrics } from '../../../src/observability/metrics.ts';

it('shows its measures as Prometheus text', async () => {
  const metrics = createMetrics({ process: false });
  metrics.operation('query', 'OK', 0.002);
  metrics.operation('query', 'FORBIDDEN', 0.002);
  metrics.operation('query', 'OK', 0.002);
  metrics.subscriptionStarted();
  metrics.limitHit('depth');
  metrics.upstreamRequest('AUTH', '200', 0.01);
  metrics.circuitChanged('AUTH', 'OPEN');
  const text = await metrics.text();
  expect(metrics.contentType).toContain('text/plain');
  expect(text).toContain('bunbun_operation_duration_seconds_count{type="query",code="OK"} 2');
  expect(text).toContain('bunbun_active_subscriptions 1');
  expect(text).toContain('bunbun_limit_hits_total{limit="depth"} 1');
  expect(text).toContain('bunbun_upstream_request_duration_seconds_count{service="AUTH",outcome="200"} 1');
  expect(text).toContain('bunbun_circuit_state{service="AUTH"} 2');
});
