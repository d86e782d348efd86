import { packageVersion } from '../../lib/package-version.ts';
import { defineModule } from '../../module/module.ts';
import { versionInServerHeader } from '../../upstream/http/answered-version.ts';
import { createHealthClient } from './client/client.ts';
import { addHealthSchema } from './schema/health.ts';
import { healthVariables } from './variables.ts';

/** How the services are; among them Supabase's own gateway, of which nothing else is wanted. */
export const health = defineModule({
  name: 'health',
  variables: healthVariables,
  service: {
    name: 'API_GATEWAY',
    description: "Supabase's own gateway: Envoy, or Kong in older ones.",
    variable: 'API_GATEWAY_URL',
    gatewayPath: '',
    probe: { method: 'HEAD', path: '/', anyAnswer: true, version: versionInServerHeader },
  },
  schema: addHealthSchema,
  start({ deployedServices, shared, pools, log }) {
    const client = createHealthClient({
      version: packageVersion,
      deployedServices,
      keys: shared.viewer,
      pingPostgres: pools?.ping,
      log,
    });
    return { client, missing: client.missing, close: client.close };
  },
});
