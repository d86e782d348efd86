import { catalogueStatement } from '../../catalogue/catalogue-statement.ts';

/** Of a table: the numbers of its columns. Of a function: nothing but that it may be called. */
export interface PrivilegeRow {
  readonly id: string;
  readonly kind: 'TABLE' | 'FUNCTION';
  readonly readsWhole: boolean;
  readonly reads: readonly number[];
  readonly inserts: readonly number[];
  readonly updates: readonly number[];
  readonly deletes: boolean;
}

/** Those of table `c` with the right itself, or with that on the whole table. */
function columnsWith(right: 'SELECT' | 'INSERT' | 'UPDATE'): string {
  return `array(select a.attnum::int from pg_catalog.pg_attribute a
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      and (pg_catalog.has_table_privilege(r.oid, c.oid, '${right}')
        or pg_catalog.has_column_privilege(r.oid, c.oid, a.attnum, '${right}')))`;
}

/**
 * $1: the name of the role, $2: numbers of tables, $3: numbers of functions. What it may not do anything with is left
 * out. Rights that it inherits count, and so does that to use the schema.
 */
export const privileges = catalogueStatement<PrivilegeRow>(`
select c.oid::text as id, 'TABLE' as kind,
  pg_catalog.has_table_privilege(r.oid, c.oid, 'SELECT') as "readsWhole",
  ${columnsWith('SELECT')} as reads, ${columnsWith('INSERT')} as inserts, ${columnsWith('UPDATE')} as updates,
  pg_catalog.has_table_privilege(r.oid, c.oid, 'DELETE') as deletes
from pg_catalog.pg_roles r
cross join pg_catalog.pg_class c
where r.rolname::text = $1::text and c.oid = any ($2::oid[])
  and pg_catalog.has_schema_privilege(r.oid, c.relnamespace, 'USAGE')
union all
select p.oid::text, 'FUNCTION', false, '{}', '{}', '{}', false
from pg_catalog.pg_roles r
cross join pg_catalog.pg_proc p
where r.rolname::text = $1::text and p.oid = any ($3::oid[])
  and pg_catalog.has_schema_privilege(r.oid, p.pronamespace, 'USAGE')
  and pg_catalog.has_function_privilege(r.oid, p.oid, 'EXECUTE')`);
