import { catalogueStatement } from './catalogue-statement.ts';

export interface DatabaseSchema {
  readonly id: string;
  readonly name: string;
  readonly owner: string;
  readonly comment: string | null;
}

/** $1: whether to show Postgres' own schemas too. */
export const schemas = catalogueStatement<DatabaseSchema>(`
select n.oid::text as id, n.nspname as name, pg_catalog.pg_get_userbyid(n.nspowner) as owner,
  pg_catalog.obj_description(n.oid, 'pg_namespace') as comment
from pg_catalog.pg_namespace n
where not pg_catalog.starts_with(n.nspname::text, 'pg_temp_') and not pg_catalog.starts_with(n.nspname::text, 'pg_toast_temp_')
  and ($1::boolean or n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast'))
order by n.nspname::text collate "C"`);

export interface DatabaseExtension {
  readonly name: string;
  readonly schema: string | null;
  readonly version: string | null;
  readonly defaultVersion: string | null;
  readonly comment: string | null;
}

/** Installed and available ones; one whose files are gone is in pg_extension alone. */
export const extensions = catalogueStatement<DatabaseExtension>(`
select coalesce(e.extname, v.name)::text as name, n.nspname as schema, e.extversion as version,
  v.default_version as "defaultVersion", v.comment
from pg_catalog.pg_available_extensions v
full join pg_catalog.pg_extension e on e.extname = v.name
left join pg_catalog.pg_namespace n on n.oid = e.extnamespace
order by coalesce(e.extname, v.name)::text collate "C"`);

export interface DatabaseRole {
  readonly id: string;
  readonly name: string;
  readonly isSuperuser: boolean;
  readonly canLogin: boolean;
  readonly canCreateDatabase: boolean;
  readonly canCreateRole: boolean;
  readonly inherits: boolean;
  readonly isReplication: boolean;
  readonly bypassesRls: boolean;
  readonly connectionLimit: number | null;
  readonly validUntil: string | null;
  readonly settings: readonly string[];
  readonly memberOf: readonly string[];
  readonly comment: string | null;
}

/** Without the roles that Postgres itself predefines. */
export const roles = catalogueStatement<DatabaseRole>(`
select r.oid::text as id, r.rolname as name, r.rolsuper as "isSuperuser", r.rolcanlogin as "canLogin",
  r.rolcreatedb as "canCreateDatabase", r.rolcreaterole as "canCreateRole", r.rolinherit as inherits,
  r.rolreplication as "isReplication", r.rolbypassrls as "bypassesRls",
  case when r.rolconnlimit >= 0 then r.rolconnlimit end as "connectionLimit",
  case when pg_catalog.isfinite(r.rolvaliduntil) then r.rolvaliduntil end as "validUntil",
  coalesce(r.rolconfig, '{}') as settings,
  array(
    select g.rolname::text from pg_catalog.pg_auth_members m
    join pg_catalog.pg_roles g on g.oid = m.roleid where m.member = r.oid
    group by g.rolname order by 1) as "memberOf",
  pg_catalog.shobj_description(r.oid, 'pg_authid') as comment
from pg_catalog.pg_roles r
where not pg_catalog.starts_with(r.rolname::text, 'pg_')
order by r.rolname::text collate "C"`);

const publicationEvents = ['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE'] as const;

export interface PublicationTable {
  readonly schema: string;
  readonly name: string;
}

export interface DatabasePublication {
  readonly id: string;
  readonly name: string;
  readonly owner: string;
  readonly events: readonly (typeof publicationEvents)[number][];
  readonly allTables: boolean;
  readonly viaRoot: boolean;
  readonly tables: readonly PublicationTable[];
}

/** Tables as they are published in the end, so with those of published schemas. */
export const publications = catalogueStatement<DatabasePublication>(`
select p.oid::text as id, p.pubname as name, pg_catalog.pg_get_userbyid(p.pubowner) as owner,
  pg_catalog.array_remove(array[
    case when p.pubinsert then 'INSERT' end, case when p.pubupdate then 'UPDATE' end,
    case when p.pubdelete then 'DELETE' end, case when p.pubtruncate then 'TRUNCATE' end], null) as events,
  p.puballtables as "allTables", p.pubviaroot as "viaRoot",
  coalesce((
    select pg_catalog.json_agg(pg_catalog.json_build_object('schema', t.schemaname, 'name', t.tablename)
      order by t.schemaname::text collate "C", t.tablename::text collate "C")
    from pg_catalog.pg_publication_tables t where t.pubname = p.pubname), '[]') as tables
from pg_catalog.pg_publication p
order by p.pubname::text collate "C"`);
