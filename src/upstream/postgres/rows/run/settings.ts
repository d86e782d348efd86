import { quoteIdentifier } from '../../quote-identifier.ts';
import { serverTimeoutMs } from '../../statement-timeout.ts';
import type { Step } from './pipeline-driver.ts';
import type { RowsCaller } from './rows-caller.ts';

/** What `alter role … set …` says of each role, by the name of the setting. Only what a login may set for itself. */
export type RoleSettings = ReadonlyMap<string, ReadonlyMap<string, string>>;

export interface SettingsOptions {
  /** The schemas in which functions of the operator's own look for names; what is generated names every schema. */
  readonly searchPath: readonly string[];
  readonly roleSettings: RoleSettings;
  /** Milliseconds for the statement. */
  readonly timeoutMs: number;
  readonly readOnly: boolean;
}

/**
 * Makes the rest of the transaction the caller's. It is a statement of its own: in the one that reads, policies would be
 * planned before it ran. It goes before each one, because a function may have changed any of it.
 */
export function settingsStep(caller: RowsCaller, options: SettingsOptions): Step {
  const own = options.roleSettings.get(caller.role) ?? noSettings;
  const params: string[] = [];
  const set = (value: string): number => params.push(value);
  const calls: string[] = [];
  // SET ROLE does not apply them.
  for (const [name, value] of own) calls.push(`pg_catalog.set_config($${set(name)}, $${set(value)}, true)`);
  const timeout = Math.min(
    serverTimeoutMs(options.timeoutMs),
    milliseconds(own.get('statement_timeout')) ?? Number.POSITIVE_INFINITY,
  );
  const given = {
    statement_timeout: String(Math.ceil(timeout)),
    search_path: searchPathOf(options.searchPath),
    'request.jwt.claims': JSON.stringify(caller.claims),
    'request.headers': JSON.stringify(caller.headers ?? {}),
    role: caller.role,
  };
  for (const [name, value] of Object.entries(given)) {
    calls.push(`pg_catalog.set_config('${name}', $${set(value)}, true)`);
  }
  calls.push(...(options.readOnly ? [...fixed, readOnly] : fixed));
  return { text: `select ${calls.join(', ')}`, params, planFor: caller.role };
}

const noSettings: ReadonlyMap<string, string> = new Map();

/** What does not depend on anybody. Answers are written by Postgres, so their form must not depend on a role or a database. */
const fixed = Object.entries({
  'request.method': 'POST',
  'request.path': '/graphql',
  TimeZone: 'UTC',
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'iso_8601',
  bytea_output: 'hex',
  extra_float_digits: '1',
}).map(([name, value]) => `pg_catalog.set_config('${name}', '${value}', true)`);

/** The connection says so already, unless a function that a policy calls has changed it. */
const readOnly = "pg_catalog.set_config('transaction_read_only', 'on', true)";

/** Where it is not named, the schema of temporary tables comes first, and they hide others. */
function searchPathOf(schemas: readonly string[]): string {
  return [...schemas.map(quoteIdentifier), 'pg_temp'].join(', ');
}

const perUnit: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Of a time as Postgres' settings have it; undefined where there is no limit. */
function milliseconds(setting: string | undefined): number | undefined {
  const [, amount = '0', unit = 'ms'] = /^(\d{1,12})\s{0,9}(us|ms|s|min|h|d)?$/.exec(setting ?? '') ?? [];
  const ms = Number(amount) * (perUnit[unit] ?? 1);
  return ms === 0 ? undefined : ms;
}
