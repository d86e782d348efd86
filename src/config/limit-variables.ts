import { aDuration, aSize } from './shapes.ts';
import { byteSize, duration, rateLimits, wholeNumber } from './value-schemas.ts';
import { withDefault } from './variable.ts';

const hour = 3_600_000;

export const limitVariables = {
  MAX_BODY: withDefault(byteSize(1_024), {
    group: 'Limits',
    description: 'Largest JSON of a GraphQL request, files not counted. For service_role: see MAX_JSON_BODY.',
    shape: aSize,
    default: '16mb',
  }),
  MAX_JSON_BODY: withDefault(byteSize(1_024), {
    group: 'Limits',
    description:
      'Largest JSON of a GraphQL request from anybody but service_role, who may send MAX_BODY: a body, the field `operations` of a multipart request. A WebSocket message is never larger.',
    shape: aSize,
    default: '1mb',
  }),
  MAX_BODIES: withDefault(byteSize(1_024), {
    group: 'Limits',
    description:
      'JSON of GraphQL requests in memory at a time, until each is answered. One client address may have a quarter of it, or one MAX_BODY where that is more. Beyond it requests get RATE_LIMITED.',
    shape: aSize,
    default: '128mb',
  }),
  MAX_UNREAD: withDefault(byteSize(1_024), {
    group: 'Limits',
    description:
      'What was written for clients and is in memory because they have not read it, on all connections together. Beyond it connections are cut: of the client address that leaves most unread, that which leaves most, or of such has waited longest.',
    shape: aSize,
    default: '128mb',
  }),
  MAX_VARIABLES: withDefault(wholeNumber(1, 100_000_000), {
    group: 'Limits',
    description: 'Values in the variables of an operation, those inside of lists and objects counted.',
    shape: 'a number from 1 to 100000000',
    default: '200000',
  }),
  MAX_DOCUMENT: withDefault(byteSize(1_024), {
    group: 'Limits',
    description:
      'Largest text of a GraphQL document, comments and white space included. Long values belong into variables.',
    shape: aSize,
    default: '256kb',
  }),
  MAX_UPLOAD: withDefault(byteSize(1_024), {
    group: 'Limits',
    description: 'Largest file of a multipart request. Bigger ones go through `createUpload`.',
    shape: aSize,
    default: '50mb',
  }),
  MAX_UPLOAD_FILES: withDefault(wholeNumber(1, 1_000), {
    group: 'Limits',
    description: 'Files in one multipart request, counted for each place that its map names.',
    shape: 'a number from 1 to 1000',
    default: '10',
  }),
  MAX_UPLOAD_HELD: withDefault(byteSize(1_024), {
    group: 'Limits',
    description:
      'Files of one multipart request that are held in memory: those that a later one is used before, and those that stand at several places.',
    shape: aSize,
    default: '4mb',
  }),
  MAX_UPLOADS_HELD: withDefault(byteSize(1_024), {
    group: 'Limits',
    description: 'What all multipart requests hold together; one request gets a quarter of what is free.',
    shape: aSize,
    default: '64mb',
  }),
  MAX_PROXY_BODY: withDefault(byteSize(1_024), {
    group: 'Limits',
    description: 'Largest request body that is passed through to a service.',
    shape: aSize,
    default: '5gb',
  }),
  MAX_TOKENS: withDefault(wholeNumber(10, 1_000_000), {
    group: 'Limits',
    description: 'Lexical tokens of a document; it may have as many comments.',
    shape: 'a number from 10 to 1000000',
    default: '4000',
  }),
  MAX_DEPTH: withDefault(wholeNumber(1, 1_000), {
    group: 'Limits',
    description: 'Nesting of fields.',
    shape: 'a number from 1 to 1000',
    default: '15',
  }),
  MAX_ALIASES: withDefault(wholeNumber(0, 10_000), {
    group: 'Limits',
    description: 'Aliases of an operation.',
    shape: 'a number from 0 to 10000',
    default: '30',
  }),
  MAX_ROOT_FIELDS: withDefault(wholeNumber(1, 10_000), {
    group: 'Limits',
    description: 'Root fields of an operation, fragments resolved.',
    shape: 'a number from 1 to 10000',
    default: '30',
  }),
  MAX_DIRECTIVES: withDefault(wholeNumber(0, 10_000), {
    group: 'Limits',
    description: 'Directives in a document.',
    shape: 'a number from 0 to 10000',
    default: '50',
  }),
  MAX_COST: withDefault(wholeNumber(1, 100_000_000), {
    group: 'Limits',
    description:
      'Cost of an operation: each field 1, times the sizes of the lists above it (`first`, else 10). The default admits 1,000 tables with all that the schema knows of them, the largest page there is.',
    shape: 'a number from 1 to 100000000',
    default: '1000000',
  }),
  RATE_LIMITS: withDefault(rateLimits, {
    group: 'Limits',
    description:
      'Other limits than the `@rateLimit` of the schema, by field; `failedAttempts` of one client address over all accounts; and on `/auth/v1` alone `invite`, `passkeys` and `sso`.',
    shape: 'JSON such as `{"signIn":{"limit":10,"window":"5m"}}`',
    default: '{}',
  }),
  RATE_LIMIT_KEYS: withDefault(wholeNumber(100, 100_000_000), {
    group: 'Limits',
    description:
      'Callers whose calls are counted at a time; beyond it the one that called least recently is forgotten.',
    shape: 'a number from 100 to 100000000',
    default: '100000',
  }),
  WS_INIT_TIMEOUT: withDefault(duration(100, hour), {
    group: 'Limits',
    description: 'For `connection_init` on a new WebSocket.',
    shape: aDuration,
    default: '5s',
  }),
  WS_KEEP_ALIVE: withDefault(duration(100, hour), {
    group: 'Limits',
    description: 'Between two pings on a WebSocket.',
    shape: aDuration,
    default: '15s',
  }),
  WS_MAX_SOCKETS: withDefault(wholeNumber(1, 10_000_000), {
    group: 'Limits',
    description:
      'Connections that clients keep open to this process: WebSockets, those passed on to Realtime, and event streams, counted together. One more WebSocket is closed with 1013, or refused with 503 where it is passed on; one more event stream gets RATE_LIMITED.',
    shape: 'a number from 1 to 10000000',
    default: '10000',
  }),
  WS_MAX_SOCKETS_PER_CLIENT: withDefault(wholeNumber(1, 10_000_000), {
    group: 'Limits',
    description:
      'The same for one client: an IPv4 address, or the /64 of an IPv6 address. An office or a mobile network may have one address for all, and so have all clients behind a proxy that TRUSTED_PROXIES does not count.',
    shape: 'a number from 1 to 10000000',
    default: '1000',
  }),
  WS_MAX_OPERATIONS: withDefault(wholeNumber(1, 100_000), {
    group: 'Limits',
    description: 'Running operations of one WebSocket.',
    shape: 'a number from 1 to 100000',
    default: '100',
  }),
  WS_MAX_OPERATIONS_PER_CLIENT: withDefault(wholeNumber(1, 10_000_000), {
    group: 'Limits',
    description:
      'Running operations of all WebSockets of one client, who is counted as for WS_MAX_SOCKETS_PER_CLIENT. One more gets RATE_LIMITED.',
    shape: 'a number from 1 to 10000000',
    default: '10000',
  }),
  WS_MAX_BUFFERED: withDefault(byteSize(1_024), {
    group: 'Limits',
    description: 'Unsent bytes after which a WebSocket that does not read is closed.',
    shape: aSize,
    default: '4mb',
  }),
};
