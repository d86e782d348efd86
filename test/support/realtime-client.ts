import type { RealtimeClientDeps } from '../../src/modules/realtime/client/client.ts';
import { createRealtimeClient, type RealtimeClient } from '../../src/modules/realtime/client/client.ts';
import type { RealtimeLimits } from '../../src/modules/realtime/client/socket/limits.ts';
import { createHttpUpstream } from '../../src/upstream/http/upstream.ts';
import type { Call } from '../../src/viewer/call.ts';
import type { UserViewer } from '../../src/viewer/viewer.ts';
import { defaultConfig } from './default-config.ts';
import { silentLog, testCall } from './test-call.ts';

/** Bounds short enough to be met in a test, long enough for a busy machine. */
const shortLimits: RealtimeClientDeps['limits'] = {
  sockets: 100,
  retryFirstMs: 20,
  retryLongestMs: 40,
  joinMs: 300,
  confirmMs: 300,
  connectMs: 1_000,
  lingerMs: 20,
  joinsPerSecond: 10_000,
};

/** A client of the upstream at `baseUrl`. */
export function realtimeClient(
  baseUrl: string,
  limits: Partial<RealtimeLimits> = {},
  deps: Partial<RealtimeClientDeps> = {},
): RealtimeClient {
  return createRealtimeClient({
    tenant: 'realtime-dev',
    anonKey: 'anon-jwt',
    deletes: 'all',
    http: createHttpUpstream({
      service: 'REALTIME',
      baseUrl,
      limits: defaultConfig.upstream,
      log: silentLog,
    }),
    log: silentLog,
    ...deps,
    limits: { ...shortLimits, ...limits },
  });
}

/** A signed-in viewer; `name` is identity, subject and token at once. */
export function viewerOf(name: string, overrides: Partial<UserViewer> = {}): UserViewer {
  return {
    kind: 'user',
    role: 'AUTHENTICATED',
    identity: name,
    claims: { sub: name, role: 'authenticated' },
    token: `token-of-${name}`,
    apikey: 'anon-jwt',
    expiresAt: undefined,
    userId: name,
    databaseRole: 'authenticated',
    ...overrides,
  };
}

/** A call of that viewer, with the means to leave. */
export function callOf(name: string, overrides: Partial<UserViewer> = {}): Call & { leave(): void } {
  const controller = new AbortController();
  const viewer = viewerOf(name, overrides);
  return { ...testCall({ viewer, signal: controller.signal }), leave: () => controller.abort() };
}

/** The next event; fails when the events have ended. */
export async function nextOf<T>(events: AsyncIterator<T>): Promise<T> {
  const { value, done } = await events.next();
  if (done === true) throw new Error('the events have ended');
  return value;
}
