import type { HttpUpstream } from '../../upstream/http.ts';
import type { ProxyRoute } from './proxy-route.ts';

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
      { methods: ['POST'], path: 'api/broadcast', access: 'key' },
      { methods: ['POST'], path: 'api/broadcast/:topic/events/:event', access: 'key' },
    ],
    // Realtime itself takes a little over 3 MB for one message.
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
