import { catalogueStatement } from '../../catalogue/catalogue-statement.ts';

/** The sum of what each row is, as text; whatever the order in which they come. */
function sumOf(...values: readonly string[]): string {
  return `coalesce(pg_catalog.sum(pg_catalog.hashtextextended(
    pg_catalog.concat_ws(',', ${values.join(', ')}), 0)), 0)::text`;
}

const isCommented = ['pg_class', 'pg_proc', 'pg_type', 'pg_constraint']
  .map((catalogue) => `'pg_catalog.${catalogue}'::pg_catalog.regclass`)
  .join(', ');

/**
 * $1: names of schemas. One text that is another one after whatever may change the model of these schemas, what a
 * role may do with it, the settings of roles, what runs by itself wherever it stands, or how changes of rows are told
 * of. Each version of a row has its own `xmin`; rows of pg_class get a new one from TRUNCATE and REFRESH too, so of them
 * it is what stands in them. Numbers from 16384 on are not Postgres' own.
 */
export const changes = catalogueStatement<{ readonly fingerprint: string }>(`
with space as materialized (
  select n.oid from pg_catalog.pg_namespace n where n.nspname::text = any ($1::text[])
), relation as materialized (
  select c.* from pg_catalog.pg_class c
  where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relpersistence <> 't' and not c.relispartition
    and c.relnamespace in (select oid from space)
), part (name, value) as (
  select 'spaces', ${sumOf('n.oid', 'n.xmin')} from pg_catalog.pg_namespace n where n.oid in (select oid from space)
  union all
  select 'relations', ${sumOf('c.oid', 'c.relname', 'c.relnamespace', 'c.relkind', 'c.relowner', 'c.relacl::text', "'/'", 'c.reloptions::text', "'/'", 'c.relrowsecurity')}
  from relation c
  union all
  select 'columns', ${sumOf('a.attrelid', 'a.attnum', 'a.xmin')} from pg_catalog.pg_attribute a
  where a.attnum > 0 and a.attrelid in (select oid from relation)
  union all
  select 'attributes', ${sumOf('a.attrelid', 'a.attnum', 'a.xmin')} from pg_catalog.pg_class c
  join pg_catalog.pg_attribute a on a.attrelid = c.oid
  where c.relkind = 'c'
  union all
  select 'keys', ${sumOf('i.indexrelid', 'i.xmin')} from pg_catalog.pg_index i
  where i.indisunique and i.indrelid in (select oid from relation)
  union all
  select 'constraints', ${sumOf('k.oid', 'k.xmin')} from pg_catalog.pg_constraint k
  where k.contype in ('p', 'u', 'f', 'c') and k.conrelid in (select oid from relation)
  union all
  select 'policies', ${sumOf('p.oid', 'p.xmin')} from pg_catalog.pg_policy p
  union all
  select 'functions', ${sumOf('p.oid', 'p.xmin')} from pg_catalog.pg_proc p
  where p.oid >= 16384 or p.pronamespace in (select oid from space)
  union all
  select 'types', ${sumOf('t.oid', 't.xmin')} from pg_catalog.pg_type t
  where t.oid >= 16384 and t.typcategory <> 'A' and t.typtype <> 'c'
  union all
  select 'labels', ${sumOf('e.oid', 'e.xmin')} from pg_catalog.pg_enum e
  union all
  select 'rules', ${sumOf('w.oid', 'w.xmin')} from pg_catalog.pg_rewrite w
  join pg_catalog.pg_class c on c.oid = w.ev_class and c.relpersistence <> 't'
  where w.oid >= 16384
  union all
  select 'triggers', ${sumOf('g.oid', 'g.xmin')} from pg_catalog.pg_trigger g where not g.tgisinternal
  union all
  select 'signals', ${sumOf('g.oid', 'g.tgenabled')} from pg_catalog.pg_trigger g
  where g.tgname = 'bunbun_live' and g.tgrelid in (select oid from relation)
  union all
  select 'published', ${sumOf('p.oid', 'p.xmin', 'r.oid')} from pg_catalog.pg_publication p
  left join pg_catalog.pg_publication_rel r on r.prpubid = p.oid
  where p.pubname = 'supabase_realtime'
  union all
  select 'comments', ${sumOf('s.objoid', 's.classoid', 's.objsubid', 's.xmin')} from pg_catalog.pg_description s
  where s.objoid >= 16384 and s.classoid in (${isCommented})
  union all
  select 'extensions', ${sumOf('d.classid', 'd.objid')} from pg_catalog.pg_depend d
  where d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and d.deptype = 'e'
  union all
  select 'roles', ${sumOf('r.oid', 'r.rolname', 'r.rolsuper', 'r.rolinherit', 'r.rolbypassrls')}
  from pg_catalog.pg_roles r
  union all
  select 'members', ${sumOf('m.roleid', 'm.member', 'm.xmin')} from pg_catalog.pg_auth_members m
  union all
  select 'settings', ${sumOf('s.setdatabase', 's.setrole', 's.xmin')} from pg_catalog.pg_db_role_setting s
)
select pg_catalog.md5(pg_catalog.string_agg(part.name || part.value, ' ' order by part.name)) as fingerprint
from part`);
