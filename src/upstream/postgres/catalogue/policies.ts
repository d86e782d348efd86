import { facetStatement } from './catalogue-statement.ts';

export const policyCommands = ['ALL', 'SELECT', 'INSERT', 'UPDATE', 'DELETE'] as const;

export interface DatabasePolicy {
  readonly id: string;
  readonly name: string;
  readonly command: (typeof policyCommands)[number];
  readonly isPermissive: boolean;
  readonly roles: readonly string[];
  readonly using: string | null;
  readonly withCheck: string | null;
  readonly comment: string | null;
}

/** $1: numbers of tables. Role number 0 is PUBLIC. */
export const policies = facetStatement<DatabasePolicy>(
  ['name', 'roles'],
  `
select c.oid::text as "tableId", p.oid is not null as present,
  p.oid::text as id, p.polname as name,
  case p.polcmd when 'r' then 'SELECT' when 'a' then 'INSERT' when 'w' then 'UPDATE' when 'd' then 'DELETE'
    else 'ALL' end as command,
  p.polpermissive as "isPermissive",
  array(
    select case when r.number = 0 then 'public' else pg_catalog.pg_get_userbyid(r.number)::text end
    from pg_catalog.unnest(p.polroles) as r (number) order by 1) as roles,
  pg_catalog.pg_get_expr(p.polqual, p.polrelid) as "using",
  pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) as "withCheck",
  pg_catalog.obj_description(p.oid, 'pg_policy') as comment
from pg_catalog.pg_class c
left join pg_catalog.pg_policy p on p.polrelid = c.oid
where c.oid = any ($1::oid[])
order by c.oid, p.polname::text collate "C"`,
);
