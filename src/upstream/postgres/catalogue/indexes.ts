import { facetStatement } from './catalogue-statement.ts';

export interface DatabaseIndex {
  readonly id: string;
  readonly schema: string;
  readonly name: string;
  readonly definition: string;
  readonly method: string;
  readonly columns: readonly string[];
  readonly includedColumns: readonly string[];
  readonly predicate: string | null;
  readonly isUnique: boolean;
  readonly isPrimary: boolean;
  readonly isExclusion: boolean;
  readonly isValid: boolean;
  readonly isReplicaIdentity: boolean;
  readonly isClustered: boolean;
  readonly comment: string | null;
}

/** $1: numbers of tables. */
export const indexes = facetStatement<DatabaseIndex>(
  ['definition', 'schema', 'method', 'columns', 'includedColumns'],
  `
select c.oid::text as "tableId", i.indexrelid is not null as present,
  i.indexrelid::text as id,
  (select n.nspname from pg_catalog.pg_namespace n where n.oid = x.relnamespace) as schema,
  x.relname as name,
  pg_catalog.pg_get_indexdef(i.indexrelid) as definition,
  (select m.amname from pg_catalog.pg_am m where m.oid = x.relam) as method,
  array(select pg_catalog.pg_get_indexdef(i.indexrelid, k, true)
    from pg_catalog.generate_series(1, i.indnkeyatts::int) k order by k) as columns,
  array(select pg_catalog.pg_get_indexdef(i.indexrelid, k, true)
    from pg_catalog.generate_series(i.indnkeyatts + 1, i.indnatts::int) k order by k) as "includedColumns",
  pg_catalog.pg_get_expr(i.indpred, i.indrelid) as predicate,
  i.indisunique as "isUnique", i.indisprimary as "isPrimary", i.indisexclusion as "isExclusion",
  i.indisvalid as "isValid", i.indisreplident as "isReplicaIdentity", i.indisclustered as "isClustered",
  pg_catalog.obj_description(i.indexrelid, 'pg_class') as comment
from pg_catalog.pg_class c
left join (pg_catalog.pg_index i
    join pg_catalog.pg_class x on x.oid = i.indexrelid)
  on i.indrelid = c.oid
where c.oid = any ($1::oid[])
order by c.oid, x.relname::text collate "C"`,
);
