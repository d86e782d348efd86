import type { IncomingMessage } from 'node:http';
import { createOriginCheck } from '../http/origin-check.ts';
import { clientAddress } from '../lib/client-address.ts';
import type { Callers } from '../module/host.ts';
import type { Logger } from '../observability/logger.ts';
import { credentialsFromHeaders } from '../viewer/credentials.ts';
import { createViewerResolver, type ViewerResolver } from '../viewer/resolver.ts';
import type { Viewer } from '../viewer/viewer.ts';
import type { Config } from './config.ts';

export interface RequestCallers extends Callers {
  readonly viewers: ViewerResolver;
  /** Who sent a request. `apikey` stands in for the one that came. */
  viewer(request: IncomingMessage, ignoreAuthorization: boolean, apikey?: string): Viewer | Promise<Viewer>;
}

/** Finds out who calls. */
export function createCallers({ viewer, server, mode }: Config, log: Logger): RequestCallers {
  const viewers = createViewerResolver(viewer, { log });
  return {
    viewers,
    resolve: (credentials) => viewers.resolve(credentials),
    clientAddress: (request) => clientAddress(request, server.trustedProxies),
    originAllowed: createOriginCheck({
      allowedOrigins: server.allowedOrigins ?? [],
      publicUrl: server.publicUrl,
      development: mode === 'dev',
    }),
    viewer(request, ignoreAuthorization, apikey) {
      const came = credentialsFromHeaders(request.rawHeaders);
      const credentials = apikey === undefined ? came : { ...came, apikey };
      return viewers.resolve(
        ignoreAuthorization ? { ...credentials, authorization: undefined } : credentials,
      );
    },
  };
}
