import { catalogueStatement } from '../../catalogue/catalogue-statement.ts';
import { exposedFunctions } from './functions.ts';
import { typesInComments } from './named-types.ts';
import { commentOn, exposedRelations } from './relations.ts';

export interface TypeRow {
  readonly id: string;
  readonly schema: string;
  readonly name: string;
  /** As a cast names it. */
  readonly sql: string;
  readonly kind: 'BASE' | 'COMPOSITE' | 'DOMAIN' | 'ENUM' | 'PSEUDO' | 'RANGE' | 'MULTIRANGE';
  readonly isString: boolean;
  /** Of an array: the type of its items. */
  readonly itemTypeId: string | null;
  /** Of a domain. */
  readonly baseTypeId: string | null;
  /** Of a range and a multirange: the type of the bounds. */
  readonly boundTypeId: string | null;
  /** Of the row type of a table or a view. */
  readonly tableId: string | null;
  /** Of an enum, in its order. */
  readonly labels: readonly string[];
  /** Of a composite. */
  readonly attributes: readonly { readonly name: string; readonly typeId: string }[];
  readonly comment: string | null;
}

/**
 * $1: names of schemas. All types that their tables, functions and comments on these use, and those that these are made
 * of. Behind a schema key words need no quotes, and which words are some differs from one Postgres to the next.
 */
export const types = catalogueStatement<TypeRow>(`
with recursive used (oid) as (
  select direct.oid from (
    select a.atttypid from ${exposedRelations} c
    join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    union
    select pg_catalog.unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]) || p.prorettype)
    from ${exposedFunctions} p
    union
    select named.oid from ${typesInComments} named
  ) as direct (oid)
  union
  select part.oid
  from used
  join pg_catalog.pg_type t on t.oid = used.oid
  cross join lateral (
    select t.typelem where t.typelem <> 0
    union all
    select t.typbasetype where t.typbasetype <> 0
    union all
    select r.rngsubtype from pg_catalog.pg_range r where r.rngtypid = t.oid or r.rngmultitypid = t.oid
    union all
    select a.atttypid from pg_catalog.pg_attribute a
    where t.typtype = 'c' and a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped
  ) as part (oid)
)
select t.oid::text as id, n.nspname as schema, t.typname as name,
  pg_catalog.quote_ident(n.nspname) || '.' || case when t.typname ~ '^[a-z_][a-z0-9_]*$' then t.typname
    else pg_catalog.quote_ident(t.typname) end as sql,
  case t.typtype when 'c' then 'COMPOSITE' when 'd' then 'DOMAIN' when 'e' then 'ENUM' when 'p' then 'PSEUDO'
    when 'r' then 'RANGE' when 'm' then 'MULTIRANGE' else 'BASE' end as kind,
  t.typcategory = 'S' as "isString",
  (select i.oid::text from pg_catalog.pg_type i where i.oid = t.typelem and i.typarray = t.oid) as "itemTypeId",
  case when t.typtype = 'd' then t.typbasetype::text end as "baseTypeId",
  case when t.typtype in ('r', 'm') then (select r.rngsubtype::text from pg_catalog.pg_range r
    where r.rngtypid = t.oid or r.rngmultitypid = t.oid) end as "boundTypeId",
  case when t.typtype = 'c' then (select c.oid::text from pg_catalog.pg_class c
    where c.oid = t.typrelid and c.relkind <> 'c') end as "tableId",
  case when t.typtype = 'e' then array(select e.enumlabel::text from pg_catalog.pg_enum e
    where e.enumtypid = t.oid order by e.enumsortorder) else '{}' end as labels,
  coalesce(case when t.typtype = 'c' then (
    select pg_catalog.json_agg(pg_catalog.json_build_object('name', a.attname, 'typeId', a.atttypid::text)
      order by a.attnum)
    from pg_catalog.pg_attribute a where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped
  ) end, '[]') as attributes,
  ${commentOn('pg_catalog.pg_type', 't.oid')} as comment
from used
join pg_catalog.pg_type t on t.oid = used.oid
join pg_catalog.pg_namespace n on n.oid = t.typnamespace
order by n.nspname::text collate "C", t.typname::text collate "C"`);
