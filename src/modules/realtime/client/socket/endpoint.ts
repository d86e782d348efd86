import { withoutTrailing } from '../../../../lib/without-trailing.ts';

/** How one Realtime is reached: itself, or through a Supabase gateway. */
export interface RealtimeEndpoint {
  /** Without a query. */
  readonly webSocketUrl: string;
  /**
   * Host header of every request, by which Realtime finds its tenant; undefined behind a gateway, which sets its own.
   */
  readonly host: string | undefined;
}

/**
 * Reads REALTIME_URL: a bare origin (or one with `/socket`) is the service itself; with any other path it is the path
 * behind a gateway, such as `/realtime/v1`.
 */
export function realtimeEndpoint(baseUrl: string, tenant: string): RealtimeEndpoint {
  const url = new URL(baseUrl);
  url.protocol = url.protocol.replace(/^http/, 'ws');
  const path = withoutTrailing(url.pathname, '/');
  const direct = path === '' || path === '/socket';
  url.pathname = direct ? '/socket/websocket' : `${path}/websocket`;
  return { webSocketUrl: url.href, host: direct ? tenant : undefined };
}
