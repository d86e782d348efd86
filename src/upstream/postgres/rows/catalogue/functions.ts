import { catalogueStatement } from '../../catalogue/catalogue-statement.ts';
import { commentOn, isOfExtension } from './relations.ts';

export interface FunctionRow {
  readonly id: string;
  readonly schema: string;
  readonly name: string;
  readonly volatility: 'IMMUTABLE' | 'STABLE' | 'VOLATILE';
  readonly isSetReturning: boolean;
  readonly returnTypeId: string;
  readonly parameters: readonly FunctionParameterRow[];
  readonly comment: string | null;
}

interface FunctionParameterRow {
  readonly name: string | null;
  readonly typeId: string;
  readonly mode: 'IN' | 'OUT' | 'INOUT' | 'VARIADIC' | 'TABLE';
  readonly hasDefault: boolean;
}

/** What is in the schemas $1 and can be called in a query; triggers and what is written for Postgres itself cannot. */
export const exposedFunctions = `(
  select p.*, n.nspname, exposed.place
  from unnest($1::text[]) with ordinality as exposed (name, place)
  join pg_catalog.pg_namespace n on n.nspname::text = exposed.name
  join pg_catalog.pg_proc p on p.pronamespace = n.oid
  where p.prokind = 'f'
    and not exists (
      select from pg_catalog.unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]) || p.prorettype) as used (number)
      join pg_catalog.pg_type t on t.oid = used.number
      where t.typtype = 'p' and not (used.number = p.prorettype and t.typname in ('void', 'record')))
    and not ${isOfExtension('pg_catalog.pg_proc', 'p.oid')})`;

/** $1: names of schemas. Defaults belong to the last of the parameters that take input. */
export const functions = catalogueStatement<FunctionRow>(`
select p.oid::text as id, p.nspname as schema, p.proname as name,
  case p.provolatile when 'i' then 'IMMUTABLE' when 's' then 'STABLE' else 'VOLATILE' end as volatility,
  p.proretset as "isSetReturning", p.prorettype::text as "returnTypeId",
  coalesce((
    select pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', nullif(g.name, ''), 'typeId', g.type::text,
      'mode', case g.mode when 'o' then 'OUT' when 'b' then 'INOUT' when 'v' then 'VARIADIC' when 't' then 'TABLE'
        else 'IN' end,
      'hasDefault', g.takes and g.input_place > p.pronargs - p.pronargdefaults) order by g.place)
    from (
      select a.type, a.place, p.proargmodes[a.place] as mode, p.proargnames[a.place] as name, taking.takes,
        pg_catalog.count(*) filter (where taking.takes) over (order by a.place) as input_place
      from pg_catalog.unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) with ordinality as a (type, place)
      cross join lateral (select coalesce(p.proargmodes[a.place] in ('i', 'b', 'v'), true) as takes) taking
    ) g), '[]') as parameters,
  ${commentOn('pg_catalog.pg_proc', 'p.oid')} as comment
from ${exposedFunctions} p
order by p.place, p.proname::text collate "C", pg_catalog.pg_get_function_identity_arguments(p.oid) collate "C"`);
