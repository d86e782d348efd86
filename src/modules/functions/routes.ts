import type { ProxyRoute } from '../../module/proxy-route.ts';
import type { HttpUpstream } from '../../upstream/http/types.ts';
import { functionName } from './client/function-name.ts';

/**
 * Edge Functions under `/functions/v1`. They need no key and take nearly every header: whoever calls a webhook signs it
 * in one of its own, and may use the names of ours.
 */
export function functionsRoute(
  upstream: HttpUpstream | undefined,
  options: {
    readonly maxBodyBytes: number;
    readonly answerMs: number;
    readonly ownCors: NonNullable<ProxyRoute['ownCors']>;
  },
): ProxyRoute {
  const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
  return {
    prefix: '/functions/v1',
    service: 'FUNCTIONS',
    upstream,
    // What is no name of a function is the runtime's own, such as `_internal`, which tells and does what nobody should.
    rules: [
      {
        methods,
        path: ':name/**',
        when: ([name = '']) => functionName.test(name),
        access: 'foreign',
        location: 'anywhere',
      },
    ],
    ...options,
    requestHeaders: { except: new Set() },
    // One function that fails must not close the way to the others.
    circuitKey: ([name]) => name,
  };
}
