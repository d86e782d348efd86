import type { ServiceName } from '../lib/service-name.ts';
import type { Values } from './read-environment.ts';

export type HttpServiceName = Exclude<ServiceName, 'POSTGRES'>;

export interface ServiceEndpoint {
  /** Without a trailing slash. */
  readonly url: string;
  /** True when `url` is a path behind Supabase's gateway, which routes and wants keys; false for the root itself. */
  readonly behindGateway: boolean;
}

/** Paths of the services behind Supabase's gateway. */
const gatewayPaths = {
  AUTH: '/auth/v1',
  STORAGE: '/storage/v1',
  META: '/pg',
  POSTGREST: '/rest/v1',
  REALTIME: '/realtime/v1',
  FUNCTIONS: '/functions/v1',
} as const;

/** Each service's own variable, else its path under SUPABASE_URL, else undefined. */
export function serviceEndpoints(values: Values): Record<HttpServiceName, ServiceEndpoint | undefined> {
  const gateway = values.SUPABASE_URL;
  const endpoint = (
    name: keyof typeof gatewayPaths,
    own: string | undefined,
  ): ServiceEndpoint | undefined => {
    const path = gatewayPaths[name];
    if (own !== undefined) return { url: own, behindGateway: own.endsWith(path) };
    return gateway === undefined ? undefined : { url: gateway + path, behindGateway: true };
  };
  const gatewayUrl = values.API_GATEWAY_URL ?? gateway;
  return {
    AUTH: endpoint('AUTH', values.AUTH_URL),
    STORAGE: endpoint('STORAGE', values.STORAGE_URL),
    META: endpoint('META', values.META_URL),
    POSTGREST: endpoint('POSTGREST', values.POSTGREST_URL),
    REALTIME: endpoint('REALTIME', values.REALTIME_URL),
    FUNCTIONS: endpoint('FUNCTIONS', values.FUNCTIONS_URL),
    API_GATEWAY: gatewayUrl === undefined ? undefined : { url: gatewayUrl, behindGateway: false },
  };
}
