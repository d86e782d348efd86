import type { ProxyRoute } from '../../module/proxy-route.ts';
import type { HttpUpstream } from '../../upstream/http/types.ts';

/** PostgREST under `/rest/v1`. Its own grants and policies decide; we add nothing to them. */
export function restRoute(upstream: HttpUpstream | undefined, maxBodyBytes: number): ProxyRoute {
  return {
    prefix: '/rest/v1',
    service: 'POSTGREST',
    upstream,
    rules: [{ methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'], path: '**', access: 'key' }],
    maxBodyBytes,
    requestHeaders: {
      only: new Set([
        'accept',
        'accept-encoding',
        'accept-language',
        'accept-profile',
        'content-length',
        'content-profile',
        'content-type',
        'if-none-match',
        'prefer',
        'range',
        'range-unit',
        'user-agent',
        'x-client-info',
      ]),
    },
  };
}
