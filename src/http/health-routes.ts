import { timingSafeEqual } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Handler } from './server.ts';

/** Where the process is in its life. `draining` begins with the first signal. */
export type Phase = 'starting' | 'ready' | 'draining';

export interface HealthRoutesDeps {
  readonly phase: () => Phase;
  /** Names of the required services that are not up; empty when all are. */
  readonly missing: () => Promise<readonly string[]>;
  readonly metrics: { readonly contentType: string; text(): Promise<string> };
  /** Bearer token for /metrics; undefined leaves the route off here, `open` serves it to everybody. */
  readonly metricsAccess: { readonly token: string } | 'open' | undefined;
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
  });
  response.end(text);
}

function sameText(given: string, expected: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(expected);
  return a.length === b.length && timingSafeEqual(a, b);
}

/** `/health`: the process is up, no I/O. `/ready`: whether to send traffic here. `/metrics`: Prometheus text. */
export function createHealthRoutes(
  deps: HealthRoutesDeps,
): Record<'/health' | '/ready' | '/metrics', Handler> {
  return {
    '/health': (_request, response) => sendJson(response, 200, { status: 'ok' }),
    '/ready': async (_request, response) => {
      const phase = deps.phase();
      if (phase !== 'ready') {
        sendJson(response, 503, { status: phase });
        return;
      }
      const missing = await deps.missing();
      sendJson(response, missing.length === 0 ? 200 : 503, {
        status: missing.length === 0 ? 'ready' : 'waiting',
        ...(missing.length === 0 ? {} : { missing }),
      });
    },
    '/metrics': async (request, response) => {
      const access = deps.metricsAccess;
      if (access === undefined) {
        sendJson(response, 404, {
          code: 'NOT_FOUND',
          message: 'Set METRICS_TOKEN or METRICS_PORT to serve metrics.',
        });
        return;
      }
      const given = request.headers.authorization ?? '';
      if (access !== 'open' && !sameText(given, `Bearer ${access.token}`)) {
        sendJson(response, 401, {
          code: 'UNAUTHENTICATED',
          message: 'Send Authorization: Bearer <METRICS_TOKEN>.',
        });
        return;
      }
      const text = await deps.metrics.text();
      response.writeHead(200, { 'content-type': deps.metrics.contentType }).end(text);
    },
  };
}
