import type { Config } from '../../config.ts';
import { realtimeEndpoint } from '../../modules/realtime/endpoint.ts';
import type { ServiceUpstreams } from '../../upstream/service-upstreams.ts';
import { authRoute } from './auth-route.ts';
import { functionsRoute } from './functions-route.ts';
import type { ProxyRoute } from './proxy-route.ts';
import { realtimeRoute } from './realtime-route.ts';
import { restRoute } from './rest-route.ts';
import { storageRoute } from './storage-route.ts';

/** Every prefix that is passed through to its service. */
export function passRoutes(config: Config, { byName }: ServiceUpstreams): ProxyRoute[] {
  const { maxProxyBodyBytes } = config.server;
  const realtime = byName.REALTIME?.upstream;
  const endpoint = realtime && realtimeEndpoint(realtime.baseUrl, config.realtime.tenant);
  return [
    authRoute(byName.AUTH?.upstream, byName.AUTH?.behindGateway ? config.viewer.anonKey : undefined),
    storageRoute(byName.STORAGE?.upstream, {
      maxBodyBytes: maxProxyBodyBytes,
      maxSignedUrlExpiryMs: config.storage.maxSignedUrlExpiryMs,
      publicUrl: config.server.publicUrl,
    }),
    realtimeRoute(realtime, endpoint?.host),
    restRoute(byName.POSTGREST?.upstream, maxProxyBodyBytes),
    functionsRoute(byName.FUNCTIONS?.upstream, {
      maxBodyBytes: maxProxyBodyBytes,
      answerMs: config.functions.answerMs,
      // Behind a gateway it would be the gateway's answer, which says yes to everybody.
      ownCors: config.server.allowedOrigins || byName.FUNCTIONS?.behindGateway ? 'names' : 'answer',
    }),
  ];
}
