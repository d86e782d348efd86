import { groupBy } from '../../../../lib/group-by.ts';
import { formatTextArray } from '../../array.ts';
import type { PostgresSql } from '../../postgres-sql.ts';
import { quoteIdentifier } from '../../quote-identifier.ts';
import { knownSettings, type RoleSettingsRow, settingsOfRoles } from '../catalogue/role-settings.ts';

/** Values by names, as `set_config` takes them. */
export type Settings = ReadonlyMap<string, string>;

/**
 * What `alter role … set` says of each role, which SET ROLE does not apply; those for this database win. Without what
 * not everybody may set. Roles of which nothing is said are left out.
 */
export async function readRoleSettings(
  sql: PostgresSql,
  roles: readonly string[],
): Promise<ReadonlyMap<string, Settings>> {
  const [rows, known] = await Promise.all([
    sql.query<RoleSettingsRow>(settingsOfRoles.text, [formatTextArray(roles)]),
    sql.query<{ name: string; isFree: boolean }>(knownSettings.text),
  ]);
  const isFree = new Map(known.map((setting) => [setting.name, setting.isFree]));
  // Postgres knows the settings of others by their dot alone, and does not show `role` and `session_authorization`.
  const mayBeSet = (name: string): boolean => isFree.get(name) ?? name.includes('.');
  return new Map(
    [...groupBy(rows, ({ role }) => role)].map(([role, ofRole]) => [
      role,
      new Map(toEntries(ofRole).filter(([name]) => mayBeSet(name))),
    ]),
  );
}

/** What the settings of a login would tell PostgREST. */
export interface PostgrestSettings {
  /** The function to call before each statement, as SQL names it. */
  readonly preRequest: string | undefined;
  readonly schemas: readonly string[] | undefined;
}

/** Reads `pgrst.db_pre_request` and `pgrst.db_schemas` of a login; as for PostgREST they are names without quotes. */
export async function readPostgrestSettings(sql: PostgresSql, login: string): Promise<PostgrestSettings> {
  const rows = await sql.query<RoleSettingsRow>(settingsOfRoles.text, [formatTextArray([login])]);
  const settings = new Map(toEntries(rows));
  const preRequest = settings.get('pgrst.db_pre_request')?.trim();
  const schemas = settings
    .get('pgrst.db_schemas')
    ?.split(',')
    .map((schema) => schema.trim());
  return {
    preRequest: preRequest ? quoteFunction(preRequest) : undefined,
    schemas: schemas?.filter((schema) => schema !== ''),
  };
}

function quoteFunction(name: string): string {
  const dot = name.indexOf('.');
  const parts = dot === -1 ? [name] : [name.slice(0, dot), name.slice(dot + 1)];
  return parts.map(quoteIdentifier).join('.');
}

/** Later ones of the same name win in a Map. */
function toEntries(rows: readonly RoleSettingsRow[]): [string, string][] {
  return rows.flatMap(({ settings }) =>
    settings.map((setting): [string, string] => {
      const equals = setting.indexOf('=');
      return [setting.slice(0, equals), setting.slice(equals + 1)];
    }),
  );
}
