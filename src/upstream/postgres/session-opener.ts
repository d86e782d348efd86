import { type PostgresAddress, parsePostgresUrl, type SslMode } from '../../lib/postgres-url.ts';
import type { DriverOptions, PostgresDriver } from './connection.ts';
import type { PlainSql } from './postgres-sql.ts';
import { openPostgresSession, type PostgresHost, type PostgresSession } from './session.ts';
import { createSocketOpener } from './socket-opener.ts';

export interface SessionOpenerOptions<Sql extends PlainSql> {
  readonly url: string;
  readonly openDriver: (options: DriverOptions) => PostgresDriver<Sql>;
  /** Over what the URL says. */
  readonly sslMode: SslMode | undefined;
  /** PEM text, over what the URL says. */
  readonly ca: string | undefined;
  /** Whether a pooler lends a backend for one transaction only: it refuses startup parameters that it does not know. */
  readonly pooled: boolean;
  readonly mayPrepare: boolean;
  /** Startup parameters beside those that all connections have; none behind a pooler. */
  readonly parameters?: Readonly<Record<string, string>>;
}

/** To connect, for each host, unless the URL's `connect_timeout` says something else. */
const connectTimeoutMs = 2_000;

/** Gives the function that opens connections to one URL. Throws when the URL or its CA file is unusable. */
export function createSessionOpener<Sql extends PlainSql>(
  options: SessionOpenerOptions<Sql>,
): () => Promise<PostgresSession<Sql>> {
  const { openDriver, pooled, mayPrepare } = options;
  const given = requireAddress(options.url);
  const address: PostgresAddress = {
    ...given,
    sslMode: options.sslMode ?? given.sslMode,
    sslRootCert: options.ca ?? given.sslRootCert,
  };
  const openSocket = createSocketOpener(address);
  const parameters = startupParameters(address, pooled, options.parameters ?? {});
  const unwatching = new Set<PostgresHost>();
  return () =>
    openPostgresSession({
      openDriver,
      address,
      openSocket,
      parameters,
      connectTimeoutMs: address.connectTimeoutMs ?? connectTimeoutMs,
      mayPrepare,
      pooled,
      unwatching,
    });
}

function requireAddress(url: string): PostgresAddress {
  const { address, problems } = parsePostgresUrl(url);
  if (address === undefined) throw new Error(`The connection URL of Postgres ${problems.join('; ')}.`);
  return address;
}

/** A pooler refuses startup parameters that it does not track; results then rely on the role's defaults. */
function startupParameters(
  address: PostgresAddress,
  pooled: boolean,
  extra: Readonly<Record<string, string>>,
): Record<string, string> {
  const tracked = { DateStyle: 'ISO, MDY', TimeZone: 'UTC' };
  const always = address.options === undefined ? tracked : { ...tracked, options: address.options };
  if (pooled) return always;
  return { ...always, IntervalStyle: 'postgres', bytea_output: 'hex', extra_float_digits: '1', ...extra };
}
