import { aUrl } from '../../config/shapes.ts';
import { serviceUrl } from '../../config/value-schemas.ts';
import { optional } from '../../config/variable.ts';

export const authVariables = {
  AUTH_URL: optional(serviceUrl, {
    group: 'Services',
    description:
      'Auth (GoTrue): its root such as `http://auth:9999`, or its path behind a gateway, `…/auth/v1`.',
    shape: aUrl,
  }),
};
