import { catalogueStatement } from '../../catalogue/catalogue-statement.ts';

export interface RoleSettingsRow {
  readonly role: string;
  /** `name=value` each; those of this database come last. */
  readonly settings: readonly string[];
}

/** $1: names of roles. What `alter role` says of them, for this database or for all. */
export const settingsOfRoles = catalogueStatement<RoleSettingsRow>(`
select r.rolname as role, s.setconfig as settings
from pg_catalog.pg_db_role_setting s
join pg_catalog.pg_roles r on r.oid = s.setrole
where r.rolname::text = any ($1::text[]) and s.setdatabase in (0, (
  select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database()))
order by s.setdatabase <> 0`);

/** All that Postgres itself knows, and whether everybody may set it. */
export const knownSettings = catalogueStatement<{ readonly name: string; readonly isFree: boolean }>(`
select s.name, s.context = 'user' as "isFree" from pg_catalog.pg_settings s`);
