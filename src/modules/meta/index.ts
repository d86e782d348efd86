import { defineModule } from '../../module/module.ts';
import { versionInBody } from '../../upstream/http/answered-version.ts';
import { createMetaClient } from './client/client.ts';
import { addMetaSchema } from './schema/meta.ts';
import { metaVariables } from './variables.ts';

/** postgres-meta, for what it alone does. */
export const meta = defineModule({
  name: 'meta',
  variables: metaVariables,
  service: {
    name: 'META',
    description: 'postgres-meta.',
    variable: 'META_URL',
    gatewayPath: '/pg',
    probe: {
      method: 'GET',
      path: '/health',
      versionPath: '/',
      version: versionInBody,
      needsServiceKey: true,
    },
  },
  schema: addMetaSchema,
  start: ({ service }) => ({
    client: createMetaClient({
      upstream: service?.upstream,
      behindGateway: service?.behindGateway ?? false,
    }),
  }),
});
