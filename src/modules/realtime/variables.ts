import { aUrl } from '../../config/shapes.ts';
import { duration, oneOf, serviceUrl, text, wholeNumber } from '../../config/value-schemas.ts';
import { optional, withDefault } from '../../config/variable.ts';

const hour = 3_600_000;

export const realtimeVariables = {
  REALTIME_URL: optional(serviceUrl, {
    group: 'Services',
    description:
      'Realtime: its root such as `http://realtime:4000` (then REALTIME_TENANT names the tenant), or its path behind a gateway, `…/realtime/v1`.',
    shape: aUrl,
  }),
  REALTIME_TENANT: withDefault(text.regex(/^[A-Za-z0-9][A-Za-z0-9.-]*$/), {
    group: 'Services',
    description: 'Host header for Realtime when it is reached directly: its first label names the tenant.',
    shape: 'a host name',
    default: 'realtime-dev',
  }),
  REALTIME_DELETES: withDefault(oneOf(['all', 'service_role']), {
    group: 'Services',
    description:
      'Who is told of deleted rows. Row level security cannot be applied to them; `service_role` keeps them from lower roles.',
    shape: '`all` or `service_role`',
    default: 'all',
  }),
  REALTIME_CANARY: optional(duration(1_000, hour), {
    group: 'Services',
    description:
      'How often a row of our own, `bunbun.canary`, is changed to see whether row changes still come; `15s` is a good value. Needs DATABASE_URL and SUPABASE_SERVICE_KEY. Off unless set.',
    shape: 'a duration from `1s` to `1h`',
  }),
  REALTIME_MAX_SOCKETS: withDefault(wholeNumber(1, 100_000), {
    group: 'Limits',
    description:
      'Connections of this process to Realtime. A room takes one for each caller who listens to it or is present; stay below what Realtime admits (TENANT_MAX_CONCURRENT_USERS).',
    shape: 'a number from 1 to 100000',
    default: '100',
  }),
};
