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
  const timeout = Math.min(
    serverTimeoutMs(options.timeoutMs),
    milliseconds(own.get('statement_timeout')) ?? Number.POSITIVE_INFINITY,
  );
  const params = [
    // SET ROLE does not apply them.
    ...[...own].flat(),
    String(Math.ceil(timeout)),
    searchPathOf(options.searchPath),
    claimsText(caller.claims),
    caller.headers === undefined ? '{}' : JSON.stringify(caller.headers),
    caller.role,
  ];
  return { text: settingsText(own.size, options.readOnly), params, planFor: caller.role };
}

/** What is given by parameters, behind the settings that the role has of its own. */
const given = ['statement_timeout', 'search_path', 'request.jwt.claims', 'request.headers', 'role'];

/** Made once for each number of these: it is the same for nearly all statements. */
const texts = { reading: new Map<number, string>(), writing: new Map<number, string>() };

function settingsText(own: number, readOnly: boolean): string {
  const known = readOnly ? texts.reading : texts.writing;
  const text = known.get(own) ?? makeText(own, readOnly);
  known.set(own, text);
  return text;
}

function makeText(own: number, readOnly: boolean): string {
  let params = 0;
  const next = (): string => `$${++params}`;
  const calls = [
    ...Array.from({ length: own }, () => `pg_catalog.set_config(${next()}, ${next()}, true)`),
    ...given.map((name) => `pg_catalog.set_config('${name}', ${next()}, true)`),
    ...fixed,
    ...(readOnly ? [readOnlyCall] : []),
  ];
  return `select ${calls.join(', ')}`;
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
const readOnlyCall = "pg_catalog.set_config('transaction_read_only', 'on', true)";

/** Where it is not named, the schema of temporary tables comes first, and they hide others. */
const searchPathOf = oncePerObject((schemas: readonly string[]) =>
  [...schemas.map(quoteIdentifier), 'pg_temp'].join(', '),
);

/** A token's claims are read once, for all that comes with it. */
const claimsText = oncePerObject((claims: RowsCaller['claims']) => JSON.stringify(claims));

function oncePerObject<T extends object>(make: (from: T) => string): (from: T) => string {
  const known = new WeakMap<T, string>();
  return (from) => {
    const text = known.get(from) ?? make(from);
    known.set(from, text);
    return text;
  };
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
