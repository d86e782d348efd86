import type { Config } from '../../config/config.ts';
import type { HttpServiceName } from '../../config/service-urls.ts';
import { type ServiceName, serviceNames } from '../../lib/service-name.ts';
import type { ServiceUpstreams } from '../../upstream/http/service-upstreams.ts';
import type { ProbedUpstream } from './client/http-probes.ts';

/**
 * What each probe sends beside the path: a key where a gateway wants one, the tenant where Realtime is asked
 * directly. Supabase's gateway lets only the service key through to postgres-meta.
 */
export function probedUpstreams(
  config: Pick<Config, 'viewer' | 'realtime'>,
  upstreams: ServiceUpstreams,
  changesAreDead: () => boolean,
): Partial<Record<HttpServiceName, ProbedUpstream>> {
  const { anonKey, serviceKey } = config.viewer;
  const deadChanges = () => (changesAreDead() ? 'Row changes do not come through.' : undefined);
  const probed: Partial<Record<HttpServiceName, ProbedUpstream>> = {};
  for (const name of serviceNames.filter(isHttpService)) {
    const upstream = upstreams.byName[name];
    if (upstream === undefined) continue;
    probed[name] = {
      ...upstream,
      apikey: name === 'META' ? serviceKey : (anonKey ?? serviceKey),
      ...(name === 'REALTIME' ? { host: config.realtime.tenant, trouble: deadChanges } : {}),
    };
  }
  return probed;
}

function isHttpService(name: ServiceName): name is HttpServiceName {
  return name !== 'POSTGRES';
}
