import { aDuration, aUrl, yesNo } from '../../config/shapes.ts';
import { duration, flag, serviceUrl } from '../../config/value-schemas.ts';
import { optional, withDefault } from '../../config/variable.ts';

const day = 86_400_000;

export const storageVariables = {
  STORAGE_URL: optional(serviceUrl, {
    group: 'Services',
    description:
      'Storage: its root such as `http://storage:5000`, or its path behind a gateway, `…/storage/v1`.',
    shape: aUrl,
  }),
  IMAGE_TRANSFORMATION: withDefault(flag, {
    group: 'Services',
    description: 'Storage transforms images (it runs with imgproxy): `transform` arguments work.',
    shape: yesNo,
    default: 'false',
  }),
  MAX_SIGNED_URL_EXPIRY: withDefault(duration(1_000, 10 * 365 * day), {
    group: 'Limits',
    description: 'The largest `expiresIn` of signed URLs, through GraphQL and under `/storage/v1`.',
    shape: aDuration,
    default: '24h',
  }),
};
