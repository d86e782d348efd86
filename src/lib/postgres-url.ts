import { isPrivateHost } from './private-host.ts';

const sslModes = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
export type SslMode = (typeof sslModes)[number];

const sessionAttributes = ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby'] as const;
type TargetSessionAttributes = (typeof sessionAttributes)[number];

/** A connection URL, taken apart. */
export interface PostgresAddress {
  /** At least one. A host that begins with `/` is the folder of a Unix socket. */
  readonly hosts: readonly { readonly host: string; readonly port: number }[];
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** Undefined where the URL leaves it open: then each host decides, see `sslModeFor`. */
  readonly sslMode: SslMode | undefined;
  /** PEM text, or the path of a PEM file. */
  readonly sslRootCert: string | undefined;
  readonly applicationName: string | undefined;
  readonly connectTimeoutMs: number | undefined;
  readonly targetSessionAttributes: TargetSessionAttributes;
  /** Server options in libpq's `-c name=value` form. */
  readonly options: string | undefined;
}

export type PostgresUrlResult =
  | { readonly address: PostgresAddress; readonly problems: readonly [] }
  | { readonly address: undefined; readonly problems: readonly string[] };

/**
 * Reads a `postgres://` URL. All problems come back together, as sentences without any part of the URL that could
 * be secret. Parameters we do not know are problems: a driver that passes them on breaks the connection later.
 */
export function parsePostgresUrl(text: string): PostgresUrlResult {
  const parts = /^postgres(?:ql)?:\/\/(?:([^@/?#]*)@)?([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/.exec(
    text.trim(),
  );
  if (parts === null) {
    return failed(['must look like postgres://user:password@host:5432/database']);
  }
  const [, credentials = '', authority = '', path = '', query = ''] = parts;
  const problems: string[] = [];
  const decode = (value: string, what: string): string => {
    try {
      return decodeURIComponent(value);
    } catch {
      problems.push(`has a % in ${what} that is not an escape; write it as %25`);
      return value;
    }
  };

  const separator = credentials.indexOf(':');
  const user = decode(separator === -1 ? credentials : credentials.slice(0, separator), 'the user name');
  const password = separator === -1 ? '' : decode(credentials.slice(separator + 1), 'the password');
  if (user === '') problems.push('must name a user');

  const parameters = readParameters(query, problems);
  const hostText = authority === '' ? (parameters.host ?? '') : decode(authority, 'the host');
  const hosts = readHosts(hostText, problems);

  const sslMode = oneOf(sslModes, parameters.sslmode, 'sslmode', problems);
  const target = oneOf(sessionAttributes, parameters.target_session_attrs, 'target_session_attrs', problems);
  const connectTimeout = parameters.connect_timeout;
  if (connectTimeout !== undefined && !/^[1-9]\d{0,2}$/.test(connectTimeout)) {
    problems.push('needs a connect_timeout in whole seconds from 1 to 999');
  }
  if (problems.length > 0) return failed(problems);

  return {
    problems: [],
    address: {
      hosts,
      user,
      password,
      database: decode(path, 'the database name') || user,
      sslMode,
      sslRootCert: parameters.sslrootcert,
      applicationName: parameters.application_name,
      connectTimeoutMs: connectTimeout === undefined ? undefined : Number(connectTimeout) * 1000,
      targetSessionAttributes: target ?? 'any',
      options: parameters.options,
    },
  };
}

/** What holds for one host: its own mode, else verification everywhere but in private networks. */
export function sslModeFor(address: PostgresAddress, host: string): SslMode {
  if (host.startsWith('/')) return 'disable';
  if (address.sslMode !== undefined) return address.sslMode;
  return isPrivateHost(host) ? 'prefer' : 'verify-full';
}

const known = [
  'sslmode',
  'sslrootcert',
  'application_name',
  'connect_timeout',
  'target_session_attrs',
  'options',
  'host',
] as const;
type Parameters = Partial<Record<(typeof known)[number], string>>;

function readParameters(query: string, problems: string[]): Parameters {
  const parameters: Parameters = {};
  for (const [name, value] of new URLSearchParams(query)) {
    const parameter = known.find((each) => each === name);
    if (parameter === undefined) {
      problems.push(
        name === 'pgbouncer'
          ? 'has the parameter pgbouncer; set DATABASE_POOLER=transaction instead'
          : `has the unknown parameter ${JSON.stringify(name.slice(0, 40))}; known are ${known.join(', ')}`,
      );
    } else if (parameter in parameters) {
      problems.push(`has the parameter ${parameter} twice`);
    } else {
      parameters[parameter] = value;
    }
  }
  return parameters;
}

function readHosts(text: string, problems: string[]): { host: string; port: number }[] {
  if (text === '') {
    problems.push('must name a host');
    return [];
  }
  return text.split(',').map((each) => {
    const parts = /^(?:\[([^\]]+)\]|([^:]*))(?::(\d{1,5}))?$/.exec(each);
    const host = parts?.[1] ?? parts?.[2] ?? '';
    const port = Number(parts?.[3] ?? 5432);
    if (host === '' || port < 1 || port > 65_535) {
      problems.push('has a host that is not host, host:port or [IPv6]:port');
    }
    return { host, port };
  });
}

function oneOf<const T extends readonly string[]>(
  values: T,
  value: string | undefined,
  name: string,
  problems: string[],
): T[number] | undefined {
  if (value === undefined) return undefined;
  const found = values.find((each) => each === value);
  if (found === undefined) problems.push(`needs as ${name} one of ${values.join(', ')}`);
  return found;
}

function failed(problems: readonly string[]): PostgresUrlResult {
  return { address: undefined, problems };
}
