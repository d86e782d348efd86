import type { Config } from '../../config/config.ts';
import type { HttpServiceName } from '../../config/service-urls.ts';
import type { Logger } from '../../observability/logger.ts';
import type { HttpUpstream, UpstreamMetrics } from './types.ts';
import { createHttpUpstream } from './upstream.ts';

export interface ServiceUpstream {
  readonly upstream: HttpUpstream;
  /** The URL is a path behind Supabase's gateway, which wants a key and hides some routes. */
  readonly behindGateway: boolean;
}

export interface ServiceUpstreams {
  /** Those that are configured. */
  readonly byName: Partial<Readonly<Record<HttpServiceName, ServiceUpstream>>>;
  close(): Promise<void>;
}

/** One HTTP upstream, with its pool and circuit, for each configured service. Nothing connects before it is used. */
export function createServiceUpstreams(
  config: Pick<Config, 'services' | 'upstream'>,
  deps: { readonly log: Logger; readonly metrics?: UpstreamMetrics | undefined },
): ServiceUpstreams {
  const byName: Partial<Record<HttpServiceName, ServiceUpstream>> = {};
  const add = (service: HttpServiceName): void => {
    const endpoint = config.services[service];
    if (endpoint === undefined) return;
    byName[service] = {
      upstream: createHttpUpstream({ service, baseUrl: endpoint.url, limits: config.upstream, ...deps }),
      behindGateway: endpoint.behindGateway,
    };
  };
  add('AUTH');
  add('STORAGE');
  add('META');
  add('REALTIME');
  add('FUNCTIONS');
  add('POSTGREST');
  add('API_GATEWAY');
  return {
    byName,
    async close() {
      await Promise.all(Object.values(byName).map(({ upstream }) => upstream.close()));
    },
  };
}
