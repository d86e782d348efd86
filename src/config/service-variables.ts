import { aDuration, aSize, aUrl, yesNo } from './shapes.ts';
import { byteSize, duration, flag, oneOf, serviceUrl, text, wholeNumber } from './value-schemas.ts';
import { optional, withDefault } from './variable.ts';

const day = 86_400_000;
const hour = 3_600_000;

export const serviceVariables = {
  SUPABASE_URL: optional(serviceUrl, {
    group: 'Services',
    description:
      "Origin of Supabase's own gateway (Kong, Envoy). The services that are not given below are reached through it, under their usual paths.",
    shape: aUrl,
  }),
  API_GATEWAY_URL: optional(serviceUrl, {
    group: 'Services',
    description: "Supabase's gateway, only to report on its health. Default: SUPABASE_URL.",
    shape: aUrl,
    aliases: ['KONG_URL'],
  }),
  AUTH_URL: optional(serviceUrl, {
    group: 'Services',
    description:
      'Auth (GoTrue): its root such as `http://auth:9999`, or its path behind a gateway, `…/auth/v1`.',
    shape: aUrl,
  }),
  STORAGE_URL: optional(serviceUrl, {
    group: 'Services',
    description:
      'Storage: its root such as `http://storage:5000`, or its path behind a gateway, `…/storage/v1`.',
    shape: aUrl,
  }),
  META_URL: optional(serviceUrl, {
    group: 'Services',
    description: 'postgres-meta: its root such as `http://meta:8080`, or its path behind a gateway, `…/pg`.',
    shape: aUrl,
  }),
  POSTGREST_URL: optional(serviceUrl, {
    group: 'Services',
    description: 'PostgREST: its root such as `http://rest:3000`, or its path behind a gateway, `…/rest/v1`.',
    shape: aUrl,
  }),
  REALTIME_URL: optional(serviceUrl, {
    group: 'Services',
    description:
      'Realtime: its root such as `http://realtime:4000` (then REALTIME_TENANT names the tenant), or its path behind a gateway, `…/realtime/v1`.',
    shape: aUrl,
  }),
  FUNCTIONS_URL: optional(serviceUrl, {
    group: 'Services',
    description:
      'Edge functions: their root such as `http://functions:9000`, or their path behind a gateway, `…/functions/v1`.',
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
  IMAGE_TRANSFORMATION: withDefault(flag, {
    group: 'Services',
    description: 'Storage transforms images (it runs with imgproxy): `transform` arguments work.',
    shape: yesNo,
    default: 'false',
  }),
  UPSTREAM_CONNECT_TIMEOUT: withDefault(duration(10, hour), {
    group: 'Services',
    description: 'For a connection to a service.',
    shape: aDuration,
    default: '2s',
  }),
  UPSTREAM_TIMEOUT: withDefault(duration(10, hour), {
    group: 'Services',
    description:
      'For the answer of a service, repeats included. Streamed bodies are timed by UPSTREAM_IDLE_TIMEOUT.',
    shape: aDuration,
    default: '10s',
  }),
  UPSTREAM_IDLE_TIMEOUT: withDefault(duration(100, day), {
    group: 'Services',
    description: 'Longest pause in a streamed body.',
    shape: aDuration,
    default: '60s',
  }),
  UPSTREAM_CONNECTIONS: withDefault(wholeNumber(1, 10_000), {
    group: 'Services',
    description: 'Connections to each service at most.',
    shape: 'a number from 1 to 10000',
    default: '64',
  }),
  UPSTREAM_MAX_ANSWER: withDefault(byteSize(1_024), {
    group: 'Services',
    description:
      'Largest answer of a service that is held in memory. Files are streamed and not bounded by it.',
    shape: aSize,
    default: '5mb',
  }),
  FUNCTIONS_TIMEOUT: withDefault(duration(100, hour), {
    group: 'Services',
    description: 'For the answer of an edge function.',
    shape: aDuration,
    default: '60s',
  }),
};
