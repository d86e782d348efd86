import { aDuration, yesNo } from './shapes.ts';
import { duration, flag, oneOf, text, wholeNumber } from './value-schemas.ts';
import { optional, withDefault } from './variable.ts';

const hour = 3_600_000;

export const processVariables = {
  NODE_ENV: withDefault(oneOf(['production', 'development', 'test']), {
    group: 'Process',
    description: '`production` always serves: the local stack refuses to start.',
    shape: '`production`, `development` or `test`',
    default: 'development',
  }),
  PORT: withDefault(wholeNumber(0, 65_535), {
    group: 'Process',
    description: 'Port of everything: GraphQL, WebSocket, pass-through, health. 0 takes a free one.',
    shape: 'a port number from 0 to 65535',
    default: '4000',
  }),
  HOST: optional(text, {
    group: 'Process',
    description: 'Address to listen on. Default: `127.0.0.1` in dev, `::` (IPv6 and IPv4) in serve.',
    shape: 'an address or host name',
  }),
  LOG_LEVEL: withDefault(oneOf(['debug', 'info', 'warn', 'error', 'silent']), {
    group: 'Process',
    description: 'The least severe lines that are written.',
    shape: '`debug`, `info`, `warn`, `error` or `silent`',
    default: 'info',
  }),
  DRAIN_DELAY: optional(duration(0, hour), {
    group: 'Process',
    description:
      'How long a stop goes on serving with `/ready` at 503, so that load balancers send nothing more before it begins. Default: `5s` in serve, `0s` in dev.',
    shape: aDuration,
  }),
  SHUTDOWN_TIMEOUT: withDefault(duration(0, hour), {
    group: 'Process',
    description: 'How long a stop waits for what is running, once DRAIN_DELAY is over.',
    shape: aDuration,
    default: '10s',
  }),
  BUNBUN_DATA_DIR: withDefault(text, {
    group: 'Process',
    description: "The local stack's data folder.",
    shape: 'a path',
    default: '.bunbun',
  }),
  PG_BIN: optional(text, {
    group: 'Process',
    description:
      "Folder of PostgreSQL's programs (`initdb`, `postgres`) for the local stack, 14 or newer. Default: those that are installed with BunBun, else the newest of Debian or Homebrew. A data folder stays with the major version that made it.",
    shape: 'a path',
  }),
  LOCAL_AUTOCONFIRM: withDefault(flag, {
    group: 'Process',
    description:
      'The local stack confirms addresses and phone numbers at sign-up. With `false` they are confirmed by the message in the mailbox.',
    shape: yesNo,
    default: 'true',
  }),
  LOCAL_JWT_ALGORITHM: withDefault(oneOf(['HS256', 'ES256']), {
    group: 'Process',
    description:
      'What the local stack signs user tokens with: the shared secret, or a key of its own whose public half is published under `/auth/v1/.well-known/jwks.json`.',
    shape: '`HS256` or `ES256`',
    default: 'HS256',
  }),
};
