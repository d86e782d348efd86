import { catalogueStatement } from '../../catalogue/catalogue-statement.ts';
import { commentOn, exposedRelations } from './relations.ts';

export interface KeyRow {
  readonly tableId: string;
  readonly name: string;
  readonly isPrimary: boolean;
  readonly isConstraint: boolean;
  readonly isImmediate: boolean;
  /** Of its columns, in its order. */
  readonly positions: readonly number[];
}

/** $1: names of schemas. */
export const keys = catalogueStatement<KeyRow>(`
select c.oid::text as "tableId", x.relname as name, i.indisprimary as "isPrimary",
  i.indimmediate as "isImmediate", exists (select from pg_catalog.pg_constraint k
    where k.conindid = i.indexrelid and k.conrelid = c.oid and k.contype in ('p', 'u')) as "isConstraint",
  array(
    select p.position::int from pg_catalog.unnest(i.indkey::int2[]) with ordinality as p (position, place)
    where p.place <= i.indnkeyatts order by p.place) as positions
from ${exposedRelations} c
join pg_catalog.pg_index i on i.indrelid = c.oid
join pg_catalog.pg_class x on x.oid = i.indexrelid
where i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null
order by c.oid, i.indisprimary desc, x.relname::text collate "C"`);

export interface ForeignKeyRow {
  readonly name: string;
  readonly tableId: string;
  readonly positions: readonly number[];
  readonly otherId: string;
  readonly otherPositions: readonly number[];
  /** It refers to the rows of one partition. */
  readonly toPartition: boolean;
  readonly comment: string | null;
}

/** $1: names of schemas. Keys may lead out of them. The copies that Postgres makes for partitions have a parent. */
export const foreignKeys = catalogueStatement<ForeignKeyRow>(`
select k.conname as name, k.conrelid::text as "tableId", k.conkey::int[] as positions,
  k.confrelid::text as "otherId", k.confkey::int[] as "otherPositions",
  (select o.relispartition from pg_catalog.pg_class o where o.oid = k.confrelid) as "toPartition",
  ${commentOn('pg_catalog.pg_constraint', 'k.oid')} as comment
from ${exposedRelations} c
join pg_catalog.pg_constraint k on k.conrelid = c.oid and k.contype = 'f' and k.conparentid = 0
order by c.place, c.relname::text collate "C", k.conname::text collate "C"`);
