import { catalogueStatement, facetStatement } from './catalogue-statement.ts';

const identityGenerations = ['ALWAYS', 'BY_DEFAULT'] as const;

export interface DatabaseColumn {
  readonly tableId: string;
  readonly position: number;
  readonly name: string;
  readonly type: string;
  readonly typeSchema: string;
  readonly default: string | null;
  readonly isNullable: boolean;
  readonly identityGeneration: (typeof identityGenerations)[number] | null;
  readonly generationExpression: string | null;
  readonly isUpdatable: boolean;
  readonly enumValues: readonly string[];
  readonly collation: string | null;
  readonly comment: string | null;
}

const defaultOf = `(select pg_catalog.pg_get_expr(d.adbin, d.adrelid) from pg_catalog.pg_attrdef d
    where d.adrelid = a.attrelid and d.adnum = a.attnum)`;

/**
 * $1: numbers of tables. Dropped columns stay in pg_attribute. The labels also come for arrays of enums and domains
 * over them. What few columns have is looked up one by one: more joins would take longer to plan than to run.
 */
export const columns = facetStatement<DatabaseColumn>(
  ['type', 'typeSchema', 'isUpdatable'],
  `
select c.oid::text as "tableId", a.attnum is not null as present,
  a.attnum::int as position, a.attname as name,
  pg_catalog.format_type(a.atttypid, a.atttypmod) as type,
  (select n.nspname from pg_catalog.pg_namespace n where n.oid = t.typnamespace) as "typeSchema",
  case when a.atthasdef and a.attgenerated = '' then ${defaultOf} end as "default",
  not (a.attnotnull or (t.typtype = 'd' and t.typnotnull)) as "isNullable",
  case a.attidentity when 'a' then 'ALWAYS' when 'd' then 'BY_DEFAULT' end as "identityGeneration",
  case when a.atthasdef and a.attgenerated <> '' then ${defaultOf} end as "generationExpression",
  case when c.relkind in ('r', 'p') then true
    when c.relkind in ('v', 'f') then pg_catalog.pg_column_is_updatable(c.oid, a.attnum, false)
    else false end as "isUpdatable",
  case when t.typtype = 'e' or b.typtype = 'e' then array(
    select e.enumlabel::text from pg_catalog.pg_enum e
    where e.enumtypid = case when t.typtype = 'e' then t.oid else b.oid end
    order by e.enumsortorder) else '{}' end as "enumValues",
  case when a.attcollation <> t.typcollation then
    (select l.collname::text from pg_catalog.pg_collation l where l.oid = a.attcollation) end as collation,
  (select s.description from pg_catalog.pg_description s
    where s.objoid = c.oid and s.classoid = 'pg_catalog.pg_class'::regclass and s.objsubid = a.attnum) as comment
from pg_catalog.pg_class c
left join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
left join pg_catalog.pg_type t on t.oid = a.atttypid
left join pg_catalog.pg_type b on b.oid = case when t.typtype = 'd' then t.typbasetype else t.typelem end
where c.oid = any ($1::oid[])
order by c.oid, a.attnum`,
);

export interface ColumnKeys {
  readonly tableId: string;
  /** In the order of the key. */
  readonly primaryKey: readonly string[];
  /** Columns that alone are unique in the whole table. */
  readonly uniqueColumns: readonly string[];
}

/** $1: numbers of tables. Of keys over several columns none is unique alone. */
export const columnKeys = catalogueStatement<ColumnKeys>(`
select c.oid::text as "tableId",
  array(
    select a.attname::text
    from pg_catalog.pg_index i
    cross join lateral pg_catalog.unnest(i.indkey::int2[]) with ordinality as k (number, place)
    join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number
    where i.indrelid = c.oid and i.indisprimary and k.place <= i.indnkeyatts
    order by k.place) as "primaryKey",
  array(
    select a.attname::text
    from pg_catalog.pg_index i
    join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
    where i.indrelid = c.oid and i.indisunique and i.indisvalid and i.indnkeyatts = 1 and i.indpred is null
    order by a.attnum) as "uniqueColumns"
from pg_catalog.pg_class c
where c.oid = any ($1::oid[])`);
