import { aDuration, yesNo } from './shapes.ts';
import { duration, flag, oneOf, postgresUrl, text, wholeNumber } from './value-schemas.ts';
import { optional, withDefault } from './variable.ts';

const day = 86_400_000;
const hour = 3_600_000;
const aDatabaseUrl = 'a URL that begins with `postgres://` or `postgresql://`';

export const databaseVariables = {
  DATABASE_URL: optional(postgresUrl, {
    group: 'Database',
    description: 'Postgres, for `executeSql`, transactions and migrations.',
    shape: aDatabaseUrl,
    secret: true,
  }),
  DATABASE_URL_READ: optional(postgresUrl, {
    group: 'Database',
    description:
      'Login for `sql`, without superuser and the other rights that reach outside a transaction. Default: DATABASE_URL.',
    shape: aDatabaseUrl,
    secret: true,
  }),
  DATABASE_URL_ROWS: optional(postgresUrl, {
    group: 'Database',
    description:
      'Login for `db`: a member of the API roles, without superuser and BYPASSRLS. Without it there is no `db`.',
    shape: aDatabaseUrl,
    secret: true,
  }),
  DATABASE_URL_ROWS_SERVICE: optional(postgresUrl, {
    group: 'Database',
    description: 'Login for `db` of callers with the service role, a member of it. Default: DATABASE_URL.',
    shape: aDatabaseUrl,
    secret: true,
  }),
  DATABASE_DIRECT_URL: optional(postgresUrl, {
    group: 'Database',
    description:
      'Past the pooler. With DATABASE_POOLER=transaction, LISTEN, session locks and migrations outside a transaction need it.',
    shape: aDatabaseUrl,
    secret: true,
  }),
  DATABASE_POOLER: withDefault(oneOf(['session', 'transaction']), {
    group: 'Database',
    description:
      '`transaction` when DATABASE_URL leads to a pooler in transaction mode (Supavisor, pgbouncer): no prepared statements and no session state.',
    shape: '`session` or `transaction`',
    default: 'session',
  }),
  DATABASE_SSLMODE: optional(oneOf(['disable', 'prefer', 'require', 'verify-ca', 'verify-full']), {
    group: 'Database',
    description:
      "TLS to Postgres, over what the URL's `sslmode` says. Default: `verify-full`, and `prefer` within private networks.",
    shape: '`disable`, `prefer`, `require`, `verify-ca` or `verify-full`',
  }),
  DATABASE_CA: optional(text.regex(/-----BEGIN CERTIFICATE-----/), {
    group: 'Database',
    description: 'Certificate authority of the Postgres server, PEM; DATABASE_CA_FILE names a file instead.',
    shape: 'a PEM certificate',
    secret: true,
  }),
  ALLOW_PRIVILEGED_SQL: withDefault(flag, {
    group: 'Database',
    description:
      'Accept a read login that is superuser or may read files. Its SELECTs can then leave the transaction.',
    shape: yesNo,
    default: 'false',
  }),
  DATABASE_POOL_SIZE: withDefault(wholeNumber(1, 1_000), {
    group: 'Database',
    description: 'Connections of this process for writing.',
    shape: 'a number from 1 to 1000',
    default: '10',
  }),
  DATABASE_READ_POOL_SIZE: withDefault(wholeNumber(1, 1_000), {
    group: 'Database',
    description: 'Connections of this process for `sql`.',
    shape: 'a number from 1 to 1000',
    default: '10',
  }),
  DATABASE_POOL_WAIT: withDefault(duration(1, hour), {
    group: 'Database',
    description: 'How long a statement waits for a free connection.',
    shape: aDuration,
    default: '5s',
  }),
  IDEMPOTENCY_TTL: withDefault(duration(60_000, 7 * day), {
    group: 'Database',
    description:
      'How long is known what was done under an `Idempotency-Key`. Kept in the schema `bunbun` of DATABASE_URL, whose login makes it; without it mutations that bring a key are NOT_CONFIGURED.',
    shape: 'a duration from `1m` to `7d`',
    default: '24h',
  }),
  DATABASE_MAX_TIMEOUT: withDefault(duration(100, day), {
    group: 'Database',
    description: 'The largest `timeout` that a caller may ask for.',
    shape: aDuration,
    default: '5m',
  }),
};
