import { catalogueStatement } from './catalogue-statement.ts';

const functionKinds = ['FUNCTION', 'PROCEDURE', 'AGGREGATE', 'WINDOW'] as const;
const volatilities = ['IMMUTABLE', 'STABLE', 'VOLATILE'] as const;
const argumentModes = ['IN', 'OUT', 'INOUT', 'VARIADIC', 'TABLE'] as const;

export interface DatabaseFunctionArgument {
  readonly name: string | null;
  readonly type: string;
  readonly mode: (typeof argumentModes)[number];
  readonly hasDefault: boolean;
}

export interface DatabaseFunction {
  readonly id: string;
  readonly schema: string;
  readonly name: string;
  readonly kind: (typeof functionKinds)[number];
  readonly language: string;
  readonly arguments: readonly DatabaseFunctionArgument[];
  readonly signature: string;
  readonly identityArguments: string;
  readonly returnType: string | null;
  readonly isSetReturning: boolean;
  readonly volatility: (typeof volatilities)[number];
  readonly isSecurityDefiner: boolean;
  readonly isStrict: boolean;
  readonly settings: readonly string[];
  readonly owner: string;
  readonly extension: string | null;
  readonly comment: string | null;
}

/** $1: the name of the schema. Defaults belong to the last of the arguments that take input. */
export const functions = catalogueStatement<DatabaseFunction>(`
select p.oid::text as id, n.nspname as schema, p.proname as name,
  case p.prokind when 'p' then 'PROCEDURE' when 'a' then 'AGGREGATE' when 'w' then 'WINDOW' else 'FUNCTION' end as kind,
  l.lanname as language,
  coalesce((
    select pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', nullif(g.name, ''), 'type', pg_catalog.format_type(g.type, null),
      'mode', case g.mode when 'o' then 'OUT' when 'b' then 'INOUT' when 'v' then 'VARIADIC' when 't' then 'TABLE'
        else 'IN' end,
      'hasDefault', g.takes and g.input_place > p.pronargs - p.pronargdefaults) order by g.place)
    from (
      select a.type, a.place, p.proargmodes[a.place] as mode, p.proargnames[a.place] as name,
        coalesce(p.proargmodes[a.place] in ('i', 'b', 'v'), true) as takes,
        pg_catalog.count(*) filter (where coalesce(p.proargmodes[a.place] in ('i', 'b', 'v'), true))
          over (order by a.place) as input_place
      from pg_catalog.unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) with ordinality as a (type, place)
    ) g), '[]') as arguments,
  pg_catalog.pg_get_function_arguments(p.oid) as signature,
  pg_catalog.pg_get_function_identity_arguments(p.oid) as "identityArguments",
  pg_catalog.pg_get_function_result(p.oid) as "returnType",
  p.proretset as "isSetReturning",
  case p.provolatile when 'i' then 'IMMUTABLE' when 's' then 'STABLE' else 'VOLATILE' end as volatility,
  p.prosecdef as "isSecurityDefiner", p.proisstrict as "isStrict",
  coalesce(p.proconfig, '{}') as settings,
  pg_catalog.pg_get_userbyid(p.proowner) as owner,
  (select e.extname::text from pg_catalog.pg_depend d join pg_catalog.pg_extension e on e.oid = d.refobjid
    where d.classid = 'pg_catalog.pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
      and d.refclassid = 'pg_catalog.pg_extension'::regclass limit 1) as extension,
  pg_catalog.obj_description(p.oid, 'pg_proc') as comment
from pg_catalog.pg_proc p
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
join pg_catalog.pg_language l on l.oid = p.prolang
where n.nspname::text = $1::text
order by p.proname::text collate "C", pg_catalog.pg_get_function_identity_arguments(p.oid) collate "C"`);

/** $1: numbers of functions. Postgres has no text for aggregates. */
export const functionDefinitions = catalogueStatement<{
  readonly id: string;
  readonly body: string;
  readonly definition: string | null;
}>(`
select p.oid::text as id, p.prosrc as body,
  case when p.prokind <> 'a' then pg_catalog.pg_get_functiondef(p.oid) end as definition
from pg_catalog.pg_proc p
where p.oid = any ($1::oid[])`);
