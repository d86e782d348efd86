import type { Socket } from 'node:net';
import postgres from 'postgres';
import type { PostgresAddress } from '../../lib/postgres-url.ts';
import { formatPostgresArray } from './array.ts';
import { builtInByOid } from './values.ts';

export type PostgresSql = ReturnType<typeof openDriver>;
export type PostgresNotice = Readonly<Record<string, string>>;

export interface DriverOptions {
  readonly address: PostgresAddress;
  readonly host: PostgresAddress['hosts'][number];
  readonly dial: () => Promise<Socket>;
  readonly parameters: Readonly<Record<string, string>>;
  readonly mayPrepare: boolean;
  readonly onNotice: (notice: PostgresNotice) => void;
  readonly onNotify: (channel: string, payload: string) => void;
}

/** Every option is given, because postgres.js takes what is missing from PG… environment variables. */
export function openDriver({
  address,
  host,
  dial,
  parameters,
  mayPrepare,
  onNotice,
  onNotify,
}: DriverOptions) {
  const options = {
    host: 'postgres',
    port: host.port,
    database: address.database,
    user: address.user,
    password: () => address.password,
    max: 1,
    ssl: false,
    prepare: mayPrepare,
    fetch_types: false,
    debug: false,
    idle_timeout: 0,
    max_lifetime: 0,
    connect_timeout: 0,
    keep_alive: 0,
    max_pipeline: 1000,
    onnotice: onNotice,
    onnotify: onNotify,
    connection: { application_name: address.applicationName ?? 'bunbun', ...parameters },
    socket: dial,
    types: driverTypes,
  };
  return postgres(options);
}

/** Values come as the rest of the gateway hands them out; what goes in is text, JSON or an array of text. */
const driverTypes = Object.fromEntries(
  [...builtInByOid].map(([oid, { name, decode = (text: string) => text }]) => {
    const serialize = name.endsWith('[]') ? writeArray : /^jsonb?$/.test(name) ? JSON.stringify : writeText;
    return [`oid${oid}`, { to: oid, from: [oid], parse: decode, serialize }];
  }),
);

function writeText(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  return value instanceof Uint8Array ? `\\x${Buffer.from(value).toString('hex')}` : String(value);
}

function writeArray(value: unknown): string {
  if (!Array.isArray(value)) return String(value);
  return formatPostgresArray(value, (item) => {
    if (item === null || typeof item === 'string') return item;
    return typeof item === 'object' ? JSON.stringify(item) : writeText(item);
  });
}
