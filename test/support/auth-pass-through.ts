import type { Server } from 'node:http';
import { loadConfig } from '../../src/gateway/config.ts';
import { createCors } from '../../src/http/cors.ts';
import { createProxy } from '../../src/http/proxy/proxy.ts';
import { createHttpServer } from '../../src/http/server.ts';
import { createFieldRateLimit, type RateLimitRule } from '../../src/limits/field-rate-limit.ts';
import { createMemoryRateLimiter } from '../../src/limits/memory-rate-limiter.ts';
import { authRoute } from '../../src/modules/auth/routes.ts';
import { createHttpUpstream } from '../../src/upstream/http/upstream.ts';
import { credentialsFromHeaders, withoutAuthorization } from '../../src/viewer/credentials.ts';
import { createViewerResolver } from '../../src/viewer/resolver.ts';
import { silentLog } from './test-call.ts';

export interface PassThroughOptions {
  readonly authUrl: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly publicUrl?: string;
  readonly rateLimits?: Readonly<Record<string, RateLimitRule>>;
  readonly allowedOrigins?: readonly string[];
  readonly answerMs?: number;
}

export interface PassThrough extends AsyncDisposable {
  readonly url: string;
  readonly server: Server;
}

/** The gateway's HTTP server with nothing but the pass-through to an auth service. */
export async function startPassThrough(options: PassThroughOptions): Promise<PassThrough> {
  const config = loadConfig({ ...options.env }, { mode: 'dev' });
  const viewers = createViewerResolver(config.viewer, { log: silentLog });
  const upstream =
    options.authUrl === undefined
      ? undefined
      : createHttpUpstream({
          service: 'AUTH',
          baseUrl: options.authUrl,
          log: silentLog,
          limits: { ...config.upstream, answerMs: options.answerMs ?? config.upstream.answerMs },
        });
  const proxy = createProxy({
    routes: [authRoute(upstream)],
    publicUrl: options.publicUrl ?? 'https://api.example.com',
    clientAddress: (request) => request.socket.remoteAddress,
    viewer: (request, ignoreAuthorization) => {
      const credentials = credentialsFromHeaders(request.rawHeaders);
      return viewers.resolve(ignoreAuthorization ? withoutAuthorization(credentials) : credentials);
    },
    rateLimit: createFieldRateLimit(createMemoryRateLimiter({ maxKeys: 1_000 }), options.rateLimits ?? {}),
    log: silentLog,
  });
  const server = createHttpServer({
    routes: {},
    passThrough: (request, response) => proxy.handle(request, response),
    cors: createCors({
      allowedOrigins: options.allowedOrigins ?? [],
      development: false,
      log: silentLog,
    }),
    hostAllowed: () => true,
    headers: {},
    log: silentLog,
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    server,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      await upstream?.close();
    },
  };
}
