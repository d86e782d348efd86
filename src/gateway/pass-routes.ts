import type { Config } from '../config/config.ts';
import type { ProxyRoute } from '../module/proxy-route.ts';
import { authRoute } from '../modules/auth/routes.ts';
import { functionsRoute } from '../modules/functions/routes.ts';
import { realtimeEndpoint } from '../modules/realtime/endpoint.ts';
import { realtimeRoute } from '../modules/realtime/routes.ts';
import { restRoute } from '../modules/rest/routes.ts';
import { storageRoute } from '../modules/storage/routes.ts';
import type { ServiceUpstreams } from '../upstream/http/service-upstreams.ts';

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
