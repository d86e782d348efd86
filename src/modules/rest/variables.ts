import { aUrl } from '../../config/shapes.ts';
import { serviceUrl } from '../../config/value-schemas.ts';
import { optional } from '../../config/variable.ts';

export const restVariables = {
  POSTGREST_URL: optional(serviceUrl, {
    group: 'Services',
    description: 'PostgREST: its root such as `http://rest:3000`, or its path behind a gateway, `…/rest/v1`.',
    shape: aUrl,
  }),
};
