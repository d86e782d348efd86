import { defineModule } from '../../module/module.ts';
import { versionInServerHeader } from '../../upstream/http/answered-version.ts';
import { restRoute } from './routes.ts';
import { restVariables } from './variables.ts';

/** PostgREST, which is passed through to. */
export const rest = defineModule({
  name: 'rest',
  variables: restVariables,
  service: {
    name: 'POSTGREST',
    description: 'PostgREST.',
    variable: 'POSTGREST_URL',
    gatewayPath: '/rest/v1',
    // HEAD: the body would be the whole OpenAPI document.
    probe: { method: 'HEAD', path: '/', anyAnswer: true, version: versionInServerHeader },
  },
  start: ({ service, shared }) => ({
    routes: [restRoute(service?.upstream, shared.server.maxProxyBodyBytes)],
  }),
});
