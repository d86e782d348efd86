import type { IncomingMessage } from 'node:http';
import { createHostCheck } from '../http/host-check.ts';
import { isLoopbackHost } from '../lib/private-host.ts';
import type { DrainTimes } from '../module/upgrade.ts';
import type { Config } from './config.ts';

// What dev and serve do differently, beside the defaults of the configuration.

/** In development a page on any site could point its own name at us: see createHostCheck. */
export function hostCheck({ mode, server }: Config): (request: IncomingMessage) => boolean {
  if (mode !== 'dev') return () => true;
  return createHostCheck({
    names: [new URL(server.publicUrl).hostname],
    anyAddress: !isLoopbackHost(server.host),
  });
}

/** Clients of a deployment should not come back all at once; in development nobody wants to wait. */
export function drainTimes({ mode, server: { shutdownMs } }: Config): DrainTimes {
  if (mode === 'dev') return { graceMs: 0, spreadMs: 0, closeMs: 1_000 };
  return { graceMs: shutdownMs / 4, spreadMs: shutdownMs / 2, closeMs: shutdownMs / 4 };
}

/** In development everybody on this machine may look; elsewhere a token is needed, or a port of its own. */
export function metricsAccess({
  mode,
  server,
  observability,
}: Config): { readonly token: string } | 'open' | undefined {
  if (observability.metricsToken !== undefined) return { token: observability.metricsToken };
  return mode === 'dev' && isLoopbackHost(server.host) ? 'open' : undefined;
}

/** Who may introspect. */
export function introspectionFor({ graphql }: Config): 'everybody' | 'service_role' | 'nobody' {
  if (graphql.introspection === 'service_role') return 'service_role';
  return graphql.introspection === 'true' ? 'everybody' : 'nobody';
}
