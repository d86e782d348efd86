import { aUrl } from '../../config/shapes.ts';
import { serviceUrl } from '../../config/value-schemas.ts';
import { optional } from '../../config/variable.ts';

export const healthVariables = {
  API_GATEWAY_URL: optional(serviceUrl, {
    group: 'Services',
    description: "Supabase's gateway, only to report on its health. Default: SUPABASE_URL.",
    shape: aUrl,
    aliases: ['KONG_URL'],
  }),
};
