import { parseDuration } from '../../lib/duration.ts';
import type { ProxyRoute, Spending } from '../../module/proxy-route.ts';
import type { HttpUpstream } from '../../upstream/http/types.ts';
import { broadcastRateLimit } from './client/rate-limits.ts';

/** Realtime itself takes a little over 3 MB in one request. */
const largestBatch = 4 * 1024 * 1024;

function spending(calls: number): Spending {
  const { limit, window } = broadcastRateLimit;
  return { field: 'sendBroadcast', rule: { limit, windowMs: parseDuration(window) ?? 0 }, calls };
}

function messagesIn(body: unknown): number {
  const messages: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'messages') : [];
  return Array.isArray(messages) ? Math.max(1, messages.length) : 1;
}

/**
 * Realtime's HTTP calls under `/realtime/v1`: the two that send broadcasts and nothing else, because any project JWT
 * opens its admin API. `host` names the tenant where Realtime is reached directly.
 */
export function realtimeRoute(upstream: HttpUpstream | undefined, host: string | undefined): ProxyRoute {
  return {
    prefix: '/realtime/v1',
    service: 'REALTIME',
    upstream,
    ...(host === undefined ? {} : { host }),
    rules: [
      {
        methods: ['POST'],
        path: 'api/broadcast',
        access: 'key',
        spends: (_query, body) => spending(messagesIn(body)),
        bufferedBytes: largestBatch,
      },
      {
        methods: ['POST'],
        path: 'api/broadcast/:topic/events/:event',
        access: 'key',
        spends: () => spending(1),
        bufferedBytes: 0,
      },
    ],
    maxBodyBytes: 8 * 1024 * 1024,
    requestHeaders: {
      only: new Set([
        'accept',
        'accept-encoding',
        'content-length',
        'content-type',
        'user-agent',
        'x-client-info',
      ]),
    },
  };
}
