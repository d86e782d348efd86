import { defineModule } from '../../module/module.ts';
import { versionInText } from '../../upstream/http/answered-version.ts';
import { createStorageClient } from './client/client.ts';
import { storageRoute } from './routes.ts';
import { addStorageSchema } from './schema/storage.ts';
import { storageVariables } from './variables.ts';

/** Supabase Storage. */
export const storage = defineModule({
  name: 'storage',
  variables: storageVariables,
  service: {
    name: 'STORAGE',
    description: 'Supabase Storage.',
    variable: 'STORAGE_URL',
    gatewayPath: '/storage/v1',
    probe: { method: 'GET', path: '/status', versionPath: '/version', version: versionInText },
  },
  schema: addStorageSchema,
  start({ config, service, shared }) {
    const { publicUrl, maxProxyBodyBytes } = shared.server;
    const maxSignedUrlExpiryMs = config.MAX_SIGNED_URL_EXPIRY;
    return {
      client: createStorageClient({
        upstream: service?.upstream,
        publicUrl,
        maxSignedUrlExpiryMs,
        imageTransformation: config.IMAGE_TRANSFORMATION,
      }),
      routes: [
        storageRoute(service?.upstream, { maxBodyBytes: maxProxyBodyBytes, maxSignedUrlExpiryMs, publicUrl }),
      ],
    };
  },
});
