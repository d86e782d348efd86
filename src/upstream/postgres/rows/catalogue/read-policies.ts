import { catalogueStatement } from '../../catalogue/catalogue-statement.ts';

/** A table that may stand behind an answer, with what decides which of its rows somebody sees. */
export interface PolicedTable {
  readonly schema: string;
  readonly name: string;
  /** Whether the role has a right to read any of it. */
  readonly mayRead: boolean;
  /** Whether the login that asks here reads all rows of it. */
  readonly mayCount: boolean;
  /** Whether policies bind the role. */
  readonly isBound: boolean;
  /** Those that count when reading, whether they are for the role or not. */
  readonly policies: readonly ReadPolicy[];
}

export interface ReadPolicy {
  readonly name: string;
  readonly command: 'ALL' | 'SELECT';
  readonly permissive: boolean;
  readonly isForRole: boolean;
  /** SQL, in which every name has its schema: the search path is to be empty. */
  readonly using: string;
  /** Of its own table. */
  readonly columns: readonly string[];
  /** The bodies of the functions that it calls. */
  readonly functions: readonly string[];
}

/**
 * $1: numbers of tables, $2: a role, $3: how many tables at most. Those tables, and the ones that their policies and views
 * read, up to three steps away.
 */
export const readPolicies = catalogueStatement<PolicedTable>(`
with recursive touched (id, level) as (
  select c.oid, 0 from pg_catalog.pg_class c where c.oid = any ($1::oid[])
  union
  select d.refobjid, t.level + 1
  from touched t
  join lateral (
    select 'pg_catalog.pg_policy'::pg_catalog.regclass as catalogue, p.oid from pg_catalog.pg_policy p
    where p.polrelid = t.id and p.polcmd in ('*', 'r')
    union all
    select 'pg_catalog.pg_rewrite'::pg_catalog.regclass, w.oid from pg_catalog.pg_rewrite w
    join pg_catalog.pg_class v on v.oid = w.ev_class and v.relkind = 'v'
    where w.ev_class = t.id
  ) dependent on true
  join pg_catalog.pg_depend d on d.classid = dependent.catalogue and d.objid = dependent.oid
    and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid <> t.id
  where t.level < 3
), nearest as (
  select id, min(level) as level from touched group by id
)
select n.nspname as schema, c.relname as name,
  pg_catalog.has_schema_privilege(r.oid, n.oid, 'USAGE')
    and pg_catalog.has_any_column_privilege(r.oid, c.oid, 'SELECT') as "mayRead",
  pg_catalog.has_table_privilege(c.oid, 'SELECT') and not pg_catalog.row_security_active(c.oid) as "mayCount",
  c.relrowsecurity and not r.rolsuper and not r.rolbypassrls
    and (c.relforcerowsecurity or not pg_catalog.pg_has_role(r.oid, c.relowner, 'USAGE')) as "isBound",
  coalesce((
    select pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', p.polname,
      'command', case p.polcmd when 'r' then 'SELECT' else 'ALL' end,
      'permissive', p.polpermissive,
      'isForRole', exists (
        select from pg_catalog.unnest(p.polroles) as one (role)
        where one.role = 0 or pg_catalog.pg_has_role(r.oid, one.role, 'USAGE')),
      'using', coalesce(pg_catalog.pg_get_expr(p.polqual, p.polrelid), 'true'),
      'columns', array(
        select distinct a.attname from pg_catalog.pg_depend d
        join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = d.refobjsubid
        where d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass and d.objid = p.oid
          and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid = c.oid and d.refobjsubid > 0),
      'functions', array(
        select distinct pg_catalog.left(f.prosrc, 20000) from pg_catalog.pg_depend d
        join pg_catalog.pg_proc f on f.oid = d.refobjid
        where d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass and d.objid = p.oid
          and d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass)
    ) order by p.polname::text collate "C")
    from pg_catalog.pg_policy p where p.polrelid = c.oid and p.polcmd in ('*', 'r')
  ), '[]') as policies
from nearest t
join pg_catalog.pg_class c on c.oid = t.id and c.relkind in ('r', 'p', 'v', 'm', 'f')
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  and n.nspname not in ('pg_catalog', 'information_schema')
join pg_catalog.pg_roles r on r.rolname = $2::text
order by t.level, n.nspname::text collate "C", c.relname::text collate "C"
limit $3::int`);
