import { catalogueStatement } from '../../catalogue/catalogue-statement.ts';

export interface SchemaRow {
  readonly name: string;
}

/** $1: names of schemas. Those of them that are there. */
export const schemas = catalogueStatement<SchemaRow>(
  'select n.nspname as name from pg_catalog.pg_namespace n where n.nspname::text = any ($1::text[])',
);

/** A table, a view or whatever else has rows. */
export interface RelationRow {
  readonly id: string;
  readonly schema: string;
  readonly name: string;
  readonly kind: 'TABLE' | 'PARTITIONED_TABLE' | 'VIEW' | 'MATERIALIZED_VIEW' | 'FOREIGN_TABLE';
  readonly comment: string | null;
  readonly rowSecurity: boolean;
  readonly runsAsOwner: boolean;
  readonly takesInserts: boolean;
  readonly takesUpdates: boolean;
  readonly takesDeletes: boolean;
}

/** True of whatever an extension brought, for the object `number` of the catalogue `catalogue`. */
export function isOfExtension(catalogue: string, number: string): string {
  return `exists (select from pg_catalog.pg_depend d where d.classid = '${catalogue}'::pg_catalog.regclass
    and d.objid = ${number} and d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and d.deptype = 'e')`;
}

/** The beginning of a comment: nobody reads more of it, and thousands of them are read together. */
export function commentOn(catalogue: string, number: string, column = '0'): string {
  return `(select pg_catalog.left(s.description, 16384) from pg_catalog.pg_description s
    where s.objoid = ${number} and s.classoid = '${catalogue}'::pg_catalog.regclass and s.objsubid = ${column})`;
}

/** What is in the schemas $1 and has rows of its own: those of partitions are their root's. */
export const exposedRelations = `(
  select c.*, n.nspname, exposed.place
  from unnest($1::text[]) with ordinality as exposed (name, place)
  join pg_catalog.pg_namespace n on n.nspname::text = exposed.name
  join pg_catalog.pg_class c on c.relnamespace = n.oid
  where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relpersistence <> 't' and not c.relispartition
    and not ${isOfExtension('pg_catalog.pg_class', 'c.oid')})`;

/** $1: names of schemas. What a view can pass on is a set of bits: 4 update, 8 insert, 16 delete. */
export const relations = catalogueStatement<RelationRow>(`
select c.oid::text as id, c.nspname as schema, c.relname as name,
  case c.relkind when 'r' then 'TABLE' when 'p' then 'PARTITIONED_TABLE' when 'v' then 'VIEW'
    when 'm' then 'MATERIALIZED_VIEW' else 'FOREIGN_TABLE' end as kind,
  ${commentOn('pg_catalog.pg_class', 'c.oid')} as comment,
  c.relrowsecurity as "rowSecurity",
  c.relkind = 'm' or (c.relkind = 'v' and not coalesce((
    select o.option_value::boolean from pg_catalog.pg_options_to_table(c.reloptions) o
    where o.option_name = 'security_invoker'), false)) as "runsAsOwner",
  takes.events & 8 <> 0 as "takesInserts", takes.events & 4 <> 0 as "takesUpdates",
  takes.events & 16 <> 0 as "takesDeletes"
from ${exposedRelations} c
cross join lateral (
  select case when c.relkind in ('r', 'p') then 28
    when c.relkind in ('v', 'f') then pg_catalog.pg_relation_is_updatable(c.oid, true) else 0 end as events
) takes
order by c.place, c.relname::text collate "C"`);

export interface ColumnRow {
  readonly tableId: string;
  readonly position: number;
  readonly name: string;
  readonly typeId: string;
  readonly isNullable: boolean;
  readonly hasDefault: boolean;
  readonly isReadOnly: boolean;
  readonly comment: string | null;
}

/** $1: names of schemas. A view takes any value of a column as long as a trigger or a rule stands in for it. */
export const columns = catalogueStatement<ColumnRow>(`
select c.oid::text as "tableId", a.attnum::int as position, a.attname as name, a.atttypid::text as "typeId",
  c.relkind in ('v', 'm') or not (a.attnotnull or (t.typtype = 'd' and t.typnotnull)) as "isNullable",
  a.atthasdef or a.attidentity <> '' or t.typdefault is not null as "hasDefault",
  a.attgenerated <> '' or a.attidentity = 'a' or case c.relkind
    when 'm' then true
    when 'f' then not pg_catalog.pg_column_is_updatable(c.oid, a.attnum, false)
    when 'v' then not pg_catalog.pg_column_is_updatable(c.oid, a.attnum, false)
      and not exists (select from pg_catalog.pg_trigger g where g.tgrelid = c.oid and g.tgtype & 64 <> 0)
      and not exists (select from pg_catalog.pg_rewrite w where w.ev_class = c.oid and w.ev_type <> '1' and w.is_instead)
    else false end as "isReadOnly",
  ${commentOn('pg_catalog.pg_class', 'c.oid', 'a.attnum')} as comment
from ${exposedRelations} c
join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
join pg_catalog.pg_type t on t.oid = a.atttypid
order by c.oid, a.attnum`);
