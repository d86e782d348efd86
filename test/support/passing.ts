import type { RequestListener } from 'node:http';
import { createProxy } from '../../src/http/proxy/proxy.ts';
import { securityHeaders } from '../../src/http/security-headers.ts';
import { createHttpServer } from '../../src/http/server.ts';
import { createFieldRateLimit } from '../../src/limits/field-rate-limit.ts';
import { createMemoryRateLimiter } from '../../src/limits/memory-rate-limiter.ts';
import type { PassRule, ProxyRoute } from '../../src/module/proxy-route.ts';
import type { HttpUpstream } from '../../src/upstream/http/types.ts';
import { createHttpUpstream } from '../../src/upstream/http/upstream.ts';
import { anonymous } from '../../src/viewer/anonymous.ts';
import { defaultConfig } from './default-config.ts';
import { type ListeningServer, listen } from './listening-server.ts';
import { silentLog } from './test-call.ts';

export const publicUrl = 'https://api.example.com';
export const open: PassRule = { methods: ['GET', 'POST', 'PUT'], path: '**', access: 'open' };

export interface Passing extends AsyncDisposable {
  url: string;
  /** The service. */
  upstream: ListeningServer;
  /** Its client in the gateway. */
  http: HttpUpstream;
}

/** A pass-through of `/things/v1` to a service that `handler` plays. */
export async function passing(
  handler: RequestListener,
  more: Partial<ProxyRoute> = {},
  answerMs = 10_000,
  paceMs = 30_000,
): Promise<Passing> {
  const upstream = await listen(handler);
  const http = createHttpUpstream({
    service: 'STORAGE',
    baseUrl: `${upstream.url}/root`,
    log: silentLog,
    limits: { ...defaultConfig.upstream, answerMs, idleMs: 10_000 },
  });
  const proxy = createProxy({
    routes: [
      {
        prefix: '/things/v1',
        service: 'STORAGE',
        upstream: http,
        rules: [open],
        maxBodyBytes: 50_000_000,
        requestHeaders: { except: new Set() },
        ...more,
      },
    ],
    publicUrl,
    viewer: () => anonymous,
    clientAddress: () => '203.0.113.9',
    rateLimit: createFieldRateLimit(createMemoryRateLimiter({ maxKeys: 10 })),
    log: silentLog,
    paceMs,
  });
  const server = createHttpServer({
    routes: {},
    passThrough: (request, response) => proxy.handle(request, response),
    cors: () => false,
    hostAllowed: () => true,
    headers: securityHeaders(publicUrl),
    log: silentLog,
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    upstream,
    http,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await http.close();
      await upstream.close();
    },
  };
}
