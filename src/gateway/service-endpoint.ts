import type { SharedConfig } from '../config/shared-config.ts';
import type { ValuesOf, Variables } from '../config/variable.ts';
import type { Service } from '../module/service.ts';

/** Where a service is reached. */
export interface ServiceEndpoint {
  /** Without a trailing slash. */
  readonly url: string;
  /** True when `url` is a path behind Supabase's gateway, which routes and wants keys; false for the root itself. */
  readonly behindGateway: boolean;
}

/** By the service's own variable, else its path under SUPABASE_URL, else undefined. */
export function serviceEndpoint(
  { variable, gatewayPath }: Service,
  values: ValuesOf<Variables> | undefined,
  { gatewayUrl }: Pick<SharedConfig['upstream'], 'gatewayUrl'>,
): ServiceEndpoint | undefined {
  const own = values?.[variable];
  const isBehind = (url: string) => gatewayPath !== '' && url.endsWith(gatewayPath);
  if (typeof own === 'string') return { url: own, behindGateway: isBehind(own) };
  if (gatewayUrl === undefined) return undefined;
  return { url: gatewayUrl + gatewayPath, behindGateway: gatewayPath !== '' };
}
