import { facetStatement } from './catalogue-statement.ts';

const triggerTimings = ['BEFORE', 'AFTER', 'INSTEAD_OF'] as const;
const triggerLevels = ['ROW', 'STATEMENT'] as const;
const triggerEvents = ['INSERT', 'DELETE', 'UPDATE', 'TRUNCATE'] as const;
const triggerModes = ['ORIGIN', 'REPLICA', 'ALWAYS', 'DISABLED'] as const;

export interface DatabaseTrigger {
  readonly id: string;
  readonly name: string;
  readonly timing: (typeof triggerTimings)[number];
  readonly level: (typeof triggerLevels)[number];
  readonly events: readonly (typeof triggerEvents)[number][];
  readonly enabled: (typeof triggerModes)[number];
  readonly condition: string | null;
  readonly functionSchema: string;
  readonly functionName: string;
  readonly functionArguments: readonly string[];
  readonly definition: string;
  readonly comment: string | null;
}

/**
 * $1: numbers of tables. The ones Postgres makes for foreign keys are left out. Bits of tgtype: 1 row, 2 before,
 * 4 insert, 8 delete, 16 update, 32 truncate, 64 instead of. Arguments are kept one after the other, each ended by \\0.
 */
export const triggers = facetStatement<DatabaseTrigger>(
  ['definition', 'functionSchema', 'functionName'],
  `
select c.oid::text as "tableId", t.oid is not null as present,
  t.oid::text as id, t.tgname as name,
  case when t.tgtype & 2 <> 0 then 'BEFORE' when t.tgtype & 64 <> 0 then 'INSTEAD_OF' else 'AFTER' end as timing,
  case when t.tgtype & 1 <> 0 then 'ROW' else 'STATEMENT' end as level,
  pg_catalog.array_remove(array[
    case when t.tgtype & 4 <> 0 then 'INSERT' end, case when t.tgtype & 8 <> 0 then 'DELETE' end,
    case when t.tgtype & 16 <> 0 then 'UPDATE' end, case when t.tgtype & 32 <> 0 then 'TRUNCATE' end
  ], null) as events,
  case t.tgenabled when 'O' then 'ORIGIN' when 'R' then 'REPLICA' when 'A' then 'ALWAYS' else 'DISABLED' end as enabled,
  (pg_catalog.regexp_match(pg_catalog.pg_get_triggerdef(t.oid), '.{35,} WHEN \\((.+)\\) EXECUTE (?:FUNCTION|PROCEDURE)'))[1]
    as condition,
  (select n.nspname from pg_catalog.pg_namespace n where n.oid = f.pronamespace) as "functionSchema", f.proname as "functionName",
  case when t.tgnargs > 0 then (
    select pg_catalog.array_agg(pg_catalog.convert_from(
        pg_catalog.decode(part, 'hex'), pg_catalog.getdatabaseencoding()) order by place)
    from pg_catalog.unnest(pg_catalog.string_to_array(
      pg_catalog.regexp_replace(pg_catalog.encode(t.tgargs, 'hex'), '(..)', '\\1 ', 'g'), '00 '))
      with ordinality as piece (spaced, place)
    cross join lateral pg_catalog.replace(piece.spaced, ' ', '') as part
    where place <= t.tgnargs) else '{}' end as "functionArguments",
  pg_catalog.pg_get_triggerdef(t.oid) as definition,
  pg_catalog.obj_description(t.oid, 'pg_trigger') as comment
from pg_catalog.pg_class c
left join (pg_catalog.pg_trigger t
    join pg_catalog.pg_proc f on f.oid = t.tgfoid)
  on t.tgrelid = c.oid and not t.tgisinternal
where c.oid = any ($1::oid[])
order by c.oid, t.tgname::text collate "C"`,
);
