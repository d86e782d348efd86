import type { SocketTarget } from './socket.ts';

/** How one Realtime is reached: itself, or through a Supabase gateway. */
export interface RealtimeEndpoint {
  readonly socket: SocketTarget;
  /** Host header of every request; undefined behind a gateway, which sets its own. */
  readonly host: string | undefined;
}

/**
 * Reads REALTIME_URL: a bare origin (or one with `/socket`) is the service itself, which finds its tenant by the Host
 * header; with any other path it is the path behind a gateway, such as `/realtime/v1`.
 */
export function realtimeEndpoint(baseUrl: string, anonKey: string, tenant: string): RealtimeEndpoint {
  const url = new URL(baseUrl);
  url.protocol = url.protocol.replace(/^http/, 'ws');
  const path = url.pathname.replace(/\/+$/, '');
  const direct = path === '' || path === '/socket';
  url.pathname = direct ? '/socket/websocket' : `${path}/websocket`;
  // The anon key as the official client sends it. Callers' tokens only ever travel inside joins.
  url.search = new URLSearchParams({ apikey: anonKey, vsn: '2.0.0' }).toString();
  return {
    socket: { url: url.href, headers: direct ? { host: tenant } : {} },
    host: direct ? tenant : undefined,
  };
}
