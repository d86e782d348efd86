import { aUrl } from '../../config/shapes.ts';
import { serviceUrl } from '../../config/value-schemas.ts';
import { optional } from '../../config/variable.ts';

export const metaVariables = {
  META_URL: optional(serviceUrl, {
    group: 'Services',
    description: 'postgres-meta: its root such as `http://meta:8080`, or its path behind a gateway, `…/pg`.',
    shape: aUrl,
  }),
};
