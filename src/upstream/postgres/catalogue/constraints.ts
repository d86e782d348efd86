import { facetStatement } from './catalogue-statement.ts';

const constraintTypes = ['PRIMARY_KEY', 'UNIQUE', 'CHECK', 'EXCLUSION'] as const;

export interface DatabaseConstraint {
  readonly id: string;
  readonly name: string;
  readonly type: (typeof constraintTypes)[number];
  readonly definition: string;
  readonly columns: readonly string[];
  readonly isDeferrable: boolean;
  readonly isInitiallyDeferred: boolean;
  readonly isValidated: boolean;
  readonly comment: string | null;
}

/** Names of the columns with the numbers `numbers` of table `table`, in that order. */
function columnNames(table: string, numbers: string): string {
  return `array(select a.attname::text
    from pg_catalog.unnest(${numbers}) with ordinality as key (number, place)
    join pg_catalog.pg_attribute a on a.attrelid = ${table} and a.attnum = key.number order by key.place)`;
}

/** $1: numbers of tables. Foreign keys have a statement of their own. */
export const constraints = facetStatement<DatabaseConstraint>(
  ['definition'],
  `
select c.oid::text as "tableId", k.oid is not null as present,
  k.oid::text as id, k.conname as name,
  case k.contype when 'p' then 'PRIMARY_KEY' when 'u' then 'UNIQUE' when 'c' then 'CHECK' else 'EXCLUSION' end as type,
  pg_catalog.pg_get_constraintdef(k.oid) as definition,
  ${columnNames('k.conrelid', 'k.conkey')} as columns,
  k.condeferrable as "isDeferrable", k.condeferred as "isInitiallyDeferred", k.convalidated as "isValidated",
  pg_catalog.obj_description(k.oid, 'pg_constraint') as comment
from pg_catalog.pg_class c
left join pg_catalog.pg_constraint k on k.conrelid = c.oid and k.contype in ('p', 'u', 'c', 'x')
where c.oid = any ($1::oid[])
order by c.oid, k.conname::text collate "C"`,
);

const foreignKeyActions = ['NO_ACTION', 'RESTRICT', 'CASCADE', 'SET_NULL', 'SET_DEFAULT'] as const;
type ForeignKeyAction = (typeof foreignKeyActions)[number];

export interface DatabaseForeignKey {
  readonly id: string;
  readonly name: string;
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly string[];
  readonly referencedSchema: string;
  readonly referencedTable: string;
  readonly referencedColumns: readonly string[];
  readonly onUpdate: ForeignKeyAction;
  readonly onDelete: ForeignKeyAction;
  readonly definition: string;
  readonly isDeferrable: boolean;
  readonly isInitiallyDeferred: boolean;
  readonly isValidated: boolean;
  readonly comment: string | null;
}

function action(column: string): string {
  return `case ${column} when 'a' then 'NO_ACTION' when 'r' then 'RESTRICT' when 'c' then 'CASCADE'
    when 'n' then 'SET_NULL' else 'SET_DEFAULT' end`;
}

/**
 * `side` is the end that belongs to the asked tables; it is asked for twice, so that all others are left out first.
 * Copies that Postgres makes for partitions are left out. Names are looked up one by one: joins of seven catalogues
 * would take longer to plan than to run.
 */
function foreignKeys(side: 'conrelid' | 'confrelid'): string {
  return `
select found.* from (
  select c.oid::text as "tableId", k.oid is not null as present,
    k.oid::text as id, k.conname as name,
    ${schemaOf('k.conrelid')} as schema, ${tableOf('k.conrelid')} as table,
    ${columnNames('k.conrelid', 'k.conkey')} as columns,
    ${schemaOf('k.confrelid')} as "referencedSchema", ${tableOf('k.confrelid')} as "referencedTable",
    ${columnNames('k.confrelid', 'k.confkey')} as "referencedColumns",
    ${action('k.confupdtype')} as "onUpdate", ${action('k.confdeltype')} as "onDelete",
    pg_catalog.pg_get_constraintdef(k.oid) as definition,
    k.condeferrable as "isDeferrable", k.condeferred as "isInitiallyDeferred", k.convalidated as "isValidated",
    pg_catalog.obj_description(k.oid, 'pg_constraint') as comment
  from pg_catalog.pg_class c
  left join (pg_catalog.pg_constraint k left join pg_catalog.pg_constraint up on up.oid = k.conparentid)
    on k.${side} = c.oid and k.contype = 'f' and k.${side} = any ($1::oid[])
      and up.${side} is distinct from k.${side}
  where c.oid = any ($1::oid[])
) found
order by found."tableId", found.schema::text collate "C", found."table"::text collate "C", found.name::text collate "C"`;
}

function tableOf(number: string): string {
  return `(select x.relname from pg_catalog.pg_class x where x.oid = ${number})`;
}

function schemaOf(number: string): string {
  return `(select n.nspname from pg_catalog.pg_class x
    join pg_catalog.pg_namespace n on n.oid = x.relnamespace where x.oid = ${number})`;
}

const namesOfKey = ['definition', 'schema', 'table', 'referencedSchema', 'referencedTable'] as const;

/** $1: numbers of tables. Keys from them to others. */
export const references = facetStatement<DatabaseForeignKey>(namesOfKey, foreignKeys('conrelid'));

/** $1: numbers of tables. Keys from others to them. */
export const referencedBy = facetStatement<DatabaseForeignKey>(namesOfKey, foreignKeys('confrelid'));
