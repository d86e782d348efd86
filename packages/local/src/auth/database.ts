import postgres from 'postgres';

/** "2026-01-02 03:04:05.678901+00" as RFC 3339 in UTC; the connection's time zone is UTC. */
function toRfc3339(text: string): string {
  return `${text.replace(' ', 'T').replace(/\+00$/, '')}Z`;
}

/**
 * Connects as supabase_auth_admin. Times are RFC 3339 text with Postgres' microseconds, never a Date, so that an
 * answer repeats exactly what is stored.
 */
export function connectAuthDatabase(url: string) {
  return postgres(url, {
    max: 5,
    idle_timeout: 30,
    onnotice: () => undefined,
    connection: { search_path: 'auth', TimeZone: 'UTC', application_name: 'bunbun-auth' },
    types: {
      date: {
        to: 1184,
        from: [1082, 1114, 1184],
        serialize: (value: unknown) => (value instanceof Date ? value.toISOString() : String(value)),
        parse: toRfc3339,
      },
    },
  });
}

export type AuthSql = ReturnType<typeof connectAuthDatabase>;
/** A connection or a transaction. */
export type Db = Parameters<Parameters<AuthSql['begin']>[1]>[0] | AuthSql;

type Json = null | string | number | boolean | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** Top-level merge as Supabase Auth does it: null removes a key. */
export function mergeMetadata(stored: JsonObject | null, change: JsonObject): JsonObject {
  const merged = { ...stored, ...change };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
}
