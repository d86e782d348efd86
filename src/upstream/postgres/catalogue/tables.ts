import { catalogueStatement, keepingPlan } from './catalogue-statement.ts';

const tableKinds = ['TABLE', 'PARTITIONED_TABLE', 'VIEW', 'MATERIALIZED_VIEW', 'FOREIGN_TABLE'] as const;
const replicaIdentities = ['DEFAULT', 'NOTHING', 'FULL', 'INDEX'] as const;

export interface DatabaseTable {
  readonly id: string;
  readonly schema: string;
  readonly name: string;
  readonly kind: (typeof tableKinds)[number];
  readonly comment: string | null;
  readonly owner: string;
  readonly rowEstimate: string | null;
  readonly rlsEnabled: boolean;
  readonly rlsForced: boolean;
  readonly replicaIdentity: (typeof replicaIdentities)[number] | null;
  readonly partitionKey: string | null;
  readonly parentId: string | null;
}

const fields = `c.oid::text as id, n.nspname as schema, c.relname as name,
  case c.relkind when 'r' then 'TABLE' when 'p' then 'PARTITIONED_TABLE' when 'v' then 'VIEW'
    when 'm' then 'MATERIALIZED_VIEW' else 'FOREIGN_TABLE' end as kind,
  pg_catalog.obj_description(c.oid, 'pg_class') as comment,
  pg_catalog.pg_get_userbyid(c.relowner) as owner,
  case when c.reltuples >= 0 and c.relkind <> 'v' then c.reltuples::numeric::bigint::text end as "rowEstimate",
  c.relrowsecurity as "rlsEnabled", c.relforcerowsecurity as "rlsForced",
  case when c.relkind in ('r', 'p') then
    case c.relreplident when 'd' then 'DEFAULT' when 'n' then 'NOTHING' when 'f' then 'FULL' else 'INDEX' end
  end as "replicaIdentity",
  case when c.relkind = 'p' then pg_catalog.pg_get_partkeydef(c.oid) end as "partitionKey",
  case when c.relispartition then
    (select i.inhparent::text from pg_catalog.pg_inherits i where i.inhrelid = c.oid limit 1) end as "parentId"`;

const isTable = `c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relpersistence <> 't'`;

export interface TablePageRow extends DatabaseTable {
  /** Which of the asked pages the row belongs to, from 0. */
  readonly page: number;
}

/**
 * Pages of tables, one for each element of the parameters: $1 names of schemas, $2 names after which the pages begin,
 * $3 how many. Names order by their bytes, whatever the database's collation.
 */
export const tablePages = catalogueStatement<TablePageRow>(`
select asked.page::int - 1 as page, t.*
from unnest($1::text[], $2::text[], $3::int[]) with ordinality
  as asked (schema_name, after_name, page_size, page)
cross join lateral (
  select ${fields}
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where n.nspname = asked.schema_name::name and ${isTable}
    and (asked.after_name is null or c.relname::text collate "C" > asked.after_name collate "C")
  order by c.relname::text collate "C"
  limit asked.page_size
) t
order by asked.page, t.name::text collate "C"`);

// As a `name` it finds the index, but is cut off at 63 bytes: a longer one is nobody's.
const named = (asked: string) => `
select ${fields}
from ${asked} as asked (schema_name, table_name)
join pg_catalog.pg_namespace n on n.nspname = asked.schema_name::name and n.nspname::text = asked.schema_name
join pg_catalog.pg_class c on c.relnamespace = n.oid
  and c.relname = asked.table_name::name and c.relname::text = asked.table_name
where ${isTable}`;

/** Tables by name: $1 names of schemas, $2 names of tables. */
export const tablesByName = catalogueStatement<DatabaseTable>(named('unnest($1::text[], $2::text[])'));

/** One table by name: $1 its schema, $2 its name. */
export const tableByName = keepingPlan(
  catalogueStatement<DatabaseTable>(named('(values ($1::text, $2::text))')),
);

/** How many tables schemas have: $1 names of schemas. */
export const tableCounts = catalogueStatement<{ readonly schema: string; readonly count: number }>(`
select n.nspname as schema, pg_catalog.count(*)::int as count
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname::text = any ($1::text[]) and ${isTable}
group by n.nspname`);

/** What tables take on disk, indexes and TOAST with them: $1 numbers of tables. */
export const tableSizes = catalogueStatement<{
  readonly tableId: string;
  readonly sizeBytes: string | null;
}>(`
select c.oid::text as "tableId",
  case
    when c.relkind in ('r', 'm') then pg_catalog.pg_total_relation_size(c.oid)::text
    when c.relkind = 'p' then (
      select pg_catalog.sum(pg_catalog.pg_total_relation_size(p.relid))::text
      from pg_catalog.pg_partition_tree(c.oid) p)
  end as "sizeBytes"
from pg_catalog.pg_class c
where c.oid = any ($1::oid[])`);
