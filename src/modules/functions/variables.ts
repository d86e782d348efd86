import { aDuration, aUrl } from '../../config/shapes.ts';
import { duration, serviceUrl } from '../../config/value-schemas.ts';
import { optional, withDefault } from '../../config/variable.ts';

const hour = 3_600_000;

export const functionsVariables = {
  FUNCTIONS_URL: optional(serviceUrl, {
    group: 'Services',
    description:
      'Edge functions: their root such as `http://functions:9000`, or their path behind a gateway, `…/functions/v1`.',
    shape: aUrl,
  }),
  FUNCTIONS_TIMEOUT: withDefault(duration(100, hour), {
    group: 'Services',
    description: 'For the answer of an edge function.',
    shape: aDuration,
    default: '60s',
  }),
};
