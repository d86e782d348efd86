import { defineModule } from '../../module/module.ts';
import { versionInBody } from '../../upstream/http/answered-version.ts';
import { createAuthClient } from './client/client.ts';
import { passedAuthRateLimits } from './client/rate-limits.ts';
import { authRoute } from './routes.ts';
import { addAuthSchema } from './schema/auth.ts';
import { authVariables } from './variables.ts';

/** Supabase Auth (GoTrue). */
export const auth = defineModule({
  name: 'auth',
  variables: authVariables,
  service: {
    name: 'AUTH',
    description: 'Supabase Auth (GoTrue).',
    variable: 'AUTH_URL',
    gatewayPath: '/auth/v1',
    keysPath: '/.well-known/jwks.json',
    probe: { method: 'GET', path: '/health', version: versionInBody },
  },
  schema: addAuthSchema,
  rateLimits: Object.keys(passedAuthRateLimits),
  start({ service, shared }) {
    const behindGateway = service?.behindGateway ?? false;
    return {
      client: createAuthClient({
        upstream: service?.upstream,
        behindGateway,
        publicUrl: shared.server.publicUrl,
        extraRoles: shared.viewer.extraAuthenticatedRoles,
      }),
      routes: [authRoute(service?.upstream, behindGateway ? shared.viewer.anonKey : undefined)],
    };
  },
});
